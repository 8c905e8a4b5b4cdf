import type { ConnectionId } from "../base/brand.ts";
import type { PacketView } from "../base/packet-view.ts";
import { Pipeline } from "../pipeline/pipeline.ts";
import { isOfPair } from "../pipeline/selected-pipeline.ts";
import type { ConnectionFacts } from "../store/types.ts";
import type { Replay } from "./connection-detail.ts";

/** Which of these connections a packet belongs to; null: none. The capture is read again, as far as that packet. */
export async function connectionOfPacket(
  packet: number,
  connections: readonly ConnectionFacts[],
  replay: Replay,
  signal: AbortSignal,
): Promise<ConnectionId | null> {
  const told = connections.find(({ tcp }) => tcp.icmpErrors.some((error) => error.packet === packet));
  if (told !== undefined) return told.id;
  // Ports are used again: the later connection is the one that had begun by then.
  const possible = connections.filter(({ first, last }) => first.packet <= packet && packet <= last.packet).reverse();
  if (possible.length === 0) return null;
  const found = new AbortController();
  let search: PacketSearch | null = null;
  await replay(
    () => {
      search = new PacketSearch(packet, possible, () => found.abort());
      return search;
    },
    AbortSignal.any([signal, found.signal]),
  ).catch((error: unknown) => {
    if (!found.signal.aborted) throw error;
  });
  signal.throwIfAborted();
  return (search as PacketSearch | null)?.connection ?? null;
}

type Segment = Parameters<Pipeline["onSegment"]>[0];

/** Looks at the ends of one packet, and follows nothing. */
class PacketSearch extends Pipeline {
  connection: ConnectionId | null = null;
  private readonly wanted: number;
  private readonly possible: readonly ConnectionFacts[];
  private readonly onSeen: () => void;

  constructor(wanted: number, possible: readonly ConnectionFacts[], onSeen: () => void) {
    super({ ports: [], tap: null, seed: 0, rethrow: false });
    this.wanted = wanted;
    this.possible = possible;
    this.onSeen = onSeen;
  }

  override onPacket(packet: PacketView): void {
    super.onPacket(packet);
    if (packet.packetNumber === this.wanted) this.onSeen();
  }

  override onSegment(segment: Segment, packet: PacketView): void {
    if (packet.packetNumber !== this.wanted) return;
    this.connection = this.possible.find(({ client, server }) => isOfPair(segment, client, server))?.id ?? null;
  }

  override onIcmpError(): void {}

  override onDatagram(): void {}

  override onArp(): void {}
}
