import type { Malformed } from "../../src/base/malformed.ts";
import type { PacketView } from "../../src/base/packet-view.ts";
import { PacketDecoder } from "../../src/wire/packet-decoder.ts";
import type { ArpView, DatagramView, IcmpErrorView, SegmentView, WireSink } from "../../src/wire/types.ts";

/** What a `PacketDecoder` said, kept: views are written out as plain values. */
export interface Recorded {
  segments: RecordedSegment[];
  icmpErrors: RecordedIcmpError[];
  datagrams: RecordedDatagram[];
  arps: { operation: number; sender: string; target: string }[];
  others: string[];
  malformed: Malformed[];
}

interface Ends {
  from: string;
  to: string;
}

export interface RecordedSegment extends Ends {
  packet: number;
  sequenceNumber: number;
  acknowledgmentNumber: number;
  flags: number;
  window: number;
  urgentPointer: number;
  hopLimit: number;
  ipIdentification: number;
  dontFragment: boolean;
  options: string;
  payload: string;
  payloadCutLength: number;
}

interface RecordedIcmpError extends Ends {
  sender: string;
  type: number;
  code: number;
  mtuBytes: number;
  quotedSequenceNumber: number;
}

interface RecordedDatagram extends Ends {
  payload: string;
}

export class Recorder implements WireSink {
  readonly recorded: Recorded = { segments: [], icmpErrors: [], datagrams: [], arps: [], others: [], malformed: [] };

  onSegment(s: SegmentView, packet: PacketView): void {
    this.recorded.segments.push({
      packet: packet.packetNumber,
      from: `${addressText(s.bytes, s.sourceAddressStart, s.ipVersion)}:${s.sourcePort}`,
      to: `${addressText(s.bytes, s.destinationAddressStart, s.ipVersion)}:${s.destinationPort}`,
      sequenceNumber: s.sequenceNumber >>> 0,
      acknowledgmentNumber: s.acknowledgmentNumber >>> 0,
      flags: s.flags,
      window: s.window,
      urgentPointer: s.urgentPointer,
      hopLimit: s.hopLimit,
      ipIdentification: s.ipIdentification,
      dontFragment: s.dontFragment,
      options: hexText(s.bytes, s.optionsStart, s.optionsLength),
      payload: latin1Text(s.bytes, s.payloadStart, s.payloadLength),
      payloadCutLength: s.payloadCutLength,
    });
  }

  onIcmpError(e: IcmpErrorView): void {
    this.recorded.icmpErrors.push({
      sender: addressText(e.bytes, e.senderAddressStart, e.ipVersion),
      from: `${addressText(e.bytes, e.quotedSourceAddressStart, e.ipVersion)}:${e.quotedSourcePort}`,
      to: `${addressText(e.bytes, e.quotedDestinationAddressStart, e.ipVersion)}:${e.quotedDestinationPort}`,
      type: e.type,
      code: e.code,
      mtuBytes: e.mtuBytes,
      quotedSequenceNumber: e.quotedSequenceNumber >>> 0,
    });
  }

  onDatagram(d: DatagramView): void {
    this.recorded.datagrams.push({
      from: `${addressText(d.bytes, d.sourceAddressStart, d.ipVersion)}:${d.sourcePort}`,
      to: `${addressText(d.bytes, d.destinationAddressStart, d.ipVersion)}:${d.destinationPort}`,
      payload: latin1Text(d.bytes, d.payloadStart, d.payloadLength),
    });
  }

  onArp(a: ArpView): void {
    this.recorded.arps.push({
      operation: a.operation,
      sender: addressText(a.bytes, a.senderAddressStart, 4),
      target: addressText(a.bytes, a.targetAddressStart, 4),
    });
  }

  onOther(kind: string): void {
    this.recorded.others.push(kind);
  }

  onMalformed(malformed: Malformed): void {
    this.recorded.malformed.push(malformed);
  }
}

/** Everything a fresh decoder says about these packets. */
export function decodeAll(...packets: readonly PacketView[]): Recorded {
  const recorder = new Recorder();
  const decoder = new PacketDecoder(recorder);
  for (const packet of packets) decoder.decode(packet);
  return recorder.recorded;
}

const within = (bytes: Uint8Array, start: number, length: number): Uint8Array => {
  if (start < 0 || length < 0 || start + length > bytes.length) throw new RangeError(`${start}+${length} is outside`);
  return bytes.subarray(start, start + length);
};

const hexText = (bytes: Uint8Array, start: number, length: number): string =>
  Buffer.from(within(bytes, start, length)).toString("hex");

const latin1Text = (bytes: Uint8Array, start: number, length: number): string =>
  Buffer.from(within(bytes, start, length)).toString("latin1");

function addressText(bytes: Uint8Array, start: number, version: 4 | 6): string {
  if (version === 4) return within(bytes, start, 4).join(".");
  return `[${hexText(bytes, start, 16).match(/..../g)?.join(":")}]`;
}
