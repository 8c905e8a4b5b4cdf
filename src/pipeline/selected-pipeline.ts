import { formatAddress } from "../base/address.ts";
import type { PacketView } from "../base/packet-view.ts";
import type { Endpoint } from "../store/types.ts";
import type { TcpConnection } from "../tcp/connection.ts";
import type { DatagramView, SegmentView } from "../wire/types.ts";
import { Pipeline, type PipelineOptions } from "./pipeline.ts";

export interface SegmentTap {
  /** Before the segment is followed: frames that it completes come after this. */
  onSegment(segment: SegmentView, packet: PacketView): void;
  /** What became of it. */
  onFollowed(connection: TcpConnection, packet: PacketView): void;
}

/** Reads a few connections of a capture in full and lets everything else pass by. */
export class SelectedPipeline extends Pipeline {
  private readonly pairs: readonly (readonly [Endpoint, Endpoint])[];
  private readonly segments: SegmentTap;

  constructor(options: PipelineOptions, pairs: readonly (readonly [Endpoint, Endpoint])[], segments: SegmentTap) {
    super(options);
    this.pairs = pairs;
    this.segments = segments;
  }

  override onSegment(segment: SegmentView, packet: PacketView): void {
    if (!this.isChosen(segment)) return;
    this.segments.onSegment(segment, packet);
    super.onSegment(segment, packet);
    const connection = this.tracker.connectionOf(segment);
    if (connection !== null) this.segments.onFollowed(connection, packet);
  }

  override onDatagram(_datagram: DatagramView, _packet: PacketView): void {}

  override onArp(): void {}

  /** Ports first: few packets of other connections get further than that. */
  private isChosen(segment: SegmentView): boolean {
    for (const [one, other] of this.pairs) if (isOfPair(segment, one, other)) return true;
    return false;
  }
}

/** It goes from one of them to the other. */
export const isOfPair = (segment: SegmentView, one: Endpoint, other: Endpoint): boolean =>
  isFrom(segment, one, other) || isFrom(segment, other, one);

function isFrom(segment: SegmentView, source: Endpoint, destination: Endpoint): boolean {
  if (segment.sourcePort !== source.port || segment.destinationPort !== destination.port) return false;
  const { bytes, sourceAddressStart, destinationAddressStart, ipVersion } = segment;
  return (
    formatAddress(bytes, sourceAddressStart, ipVersion) === source.address &&
    formatAddress(bytes, destinationAddressStart, ipVersion) === destination.address
  );
}
