import { type ConnectionId, connectionId } from "../base/brand.ts";
import * as limits from "../base/limits.ts";
import { Pipeline, type PipelineOptions } from "../pipeline/pipeline.ts";
import type { FrameTap } from "../pipeline/websocket/frame-tap.ts";
import type { ConnectionFacts } from "../store/types.ts";
import type { Replay } from "./connection-detail.ts";
import { KnownConnections } from "./known-connections.ts";

/** Of these connections those with a message that holds a text, ignoring case: the whole capture is read once more. */
export async function searchPayloads(
  text: string,
  connections: readonly ConnectionFacts[],
  { ports, keys = null }: Pick<PipelineOptions, "ports" | "keys">,
  replay: Replay,
  signal: AbortSignal,
): Promise<Set<ConnectionId>> {
  /** As this reading numbers them. */
  const found = new Set<number>();
  const wanted = text.toLowerCase();
  const tap: FrameTap = {
    keptMessageBytes: limits.keptMessageBytes,
    onFrame: () => undefined,
    onMessage: (id, { bytes, keptLength }) => {
      if (found.has(id)) return;
      const message = Buffer.from(bytes.buffer, bytes.byteOffset, keptLength).toString("utf8");
      if (message.toLowerCase().includes(wanted)) found.add(id);
    },
  };
  let pipeline: Pipeline | null = null;
  await replay((vantageOf) => {
    pipeline = new Pipeline({ ports, keys, seed: 0, rethrow: false, tap, vantageOf });
    return pipeline;
  }, signal);
  signal.throwIfAborted();
  const read = pipeline as Pipeline | null;
  read?.finish();
  const known = new KnownConnections(connections);
  const ids = [...found].map((id) => {
    const again = read?.factsOf(connectionId(id)) ?? null;
    return again === null ? null : known.idOf(again);
  });
  return new Set(ids.filter((id) => id !== null));
}
