import type { RelativeNs } from "../base/brand.ts";
import type { PacketView } from "../base/packet-view.ts";
import type { CaptureReader } from "../pcap/types.ts";
import type { ByteSource } from "../source/types.ts";

/** One capture being read: its bytes, and the reader that they go to. */
export interface Feed {
  readonly source: ByteSource;
  readonly reader: CaptureReader;
  /** Latest packet so far; null before the first. */
  lastPacketNs: RelativeNs | null;
  interrupted: boolean;
}

export interface PumpOptions {
  readonly signal: AbortSignal;
  /** Called between chunks: a promise makes the pump wait (slow output, a screen to draw). */
  readonly breathe: () => Promise<void> | undefined;
}

export interface PacketSink {
  onPacket(view: PacketView): void;
}

/** Reads one capture to its end, or to the signal, as fast as it comes: nothing but calls between chunks. */
export async function pump(feed: Feed, sink: PacketSink, options: PumpOptions): Promise<void> {
  const { source, reader } = feed;
  for await (const chunk of source.chunks(options.signal)) {
    reader.push(chunk);
    drain(feed, sink);
    if (reader.done) break;
    const wait = options.breathe();
    if (wait !== undefined) await wait;
    if (options.signal.aborted) break;
  }
  if (options.signal.aborted) {
    feed.interrupted = !reader.done;
    return;
  }
  reader.end();
  drain(feed, sink);
}

function drain(feed: Feed, sink: PacketSink): void {
  const { reader } = feed;
  const { view } = reader;
  let last = feed.lastPacketNs ?? Number.NEGATIVE_INFINITY;
  while (reader.next()) {
    if (view.timestampNs > last) last = view.timestampNs;
    sink.onPacket(view);
  }
  if (last !== Number.NEGATIVE_INFINITY) feed.lastPacketNs = last as RelativeNs;
}
