import { type RelativeNs, relativeNs } from "../base/brand.ts";
import type { PacketView } from "../base/packet-view.ts";
import type { CaptureReader } from "../pcap/types.ts";
import type { ByteSource } from "../source/types.ts";

/** Earlier than every packet. */
export const NO_PACKET = relativeNs(Number.NEGATIVE_INFINITY);

/** Of 256 KiB: some ten milliseconds. */
const CHUNKS_A_TURN = 8;
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** One capture being read: its bytes, and the reader that they go to. */
export interface Feed {
  readonly source: ByteSource;
  readonly reader: CaptureReader;
  /** Latest packet so far; NO_PACKET before the first. */
  lastPacketNs: RelativeNs;
  interrupted: boolean;
  /** The capture point, settled at its first packet. */
  vantage: number;
}

/** Packets of all feeds in time order (`pcap/merge.ts`); `needs` names the feed that must get bytes, -1: all are done. */
export interface PacketOrder {
  next(): PacketView | null;
  needs(): number;
}

export interface PacketSink {
  onPacket(view: PacketView): void;
}

export interface PumpOptions {
  readonly signal: AbortSignal;
  /** Called between chunks: a promise makes the pump wait (slow output, a screen to draw). */
  readonly breathe: () => Promise<void> | undefined;
}

/** Reads captures to their end, or to the signal, as fast as they come: nothing but calls between chunks. */
export async function pump(
  feeds: readonly Feed[],
  order: PacketOrder,
  sink: PacketSink,
  options: PumpOptions,
): Promise<void> {
  const { signal } = options;
  let read = 0;
  const chunks = feeds.map(({ source }) => source.chunks(signal)[Symbol.asyncIterator]());
  try {
    for (;;) {
      drain(feeds, order, sink);
      const index = order.needs();
      const feed = feeds[index];
      if (feed === undefined) return;
      const wait = options.breathe();
      if (wait !== undefined) await wait;
      // A file is read without waiting: signals are only heard when the event loop turns.
      if (++read % CHUNKS_A_TURN === 0) await turn();
      if (signal.aborted) break;
      const chunk = await chunks[index]?.next();
      // A source that ends because it was told to is not a capture that ended.
      if (signal.aborted) break;
      if (chunk === undefined || chunk.done) feed.reader.end();
      else feed.reader.push(chunk.value);
    }
    for (const feed of feeds) feed.interrupted = !feed.reader.done;
  } finally {
    for (const iterator of chunks) await iterator.return?.();
  }
}

function drain(feeds: readonly Feed[], order: PacketOrder, sink: PacketSink): void {
  for (let view = order.next(); view !== null; view = order.next()) {
    const feed = feeds[view.captureIndex];
    if (feed !== undefined && view.timestampNs > feed.lastPacketNs) {
      feed.lastPacketNs = view.timestampNs;
    }
    sink.onPacket(view);
  }
}
