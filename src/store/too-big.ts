import type { Direction } from "../base/brand.ts";
import { isBefore } from "../base/packet-view.ts";
import type { CloseFrameFacts, WebSocketFacts } from "./websocket-types.ts";

/** Limits of WebSocket servers begin here, if nobody sets another. */
const LARGE_BYTES = 16 * 1024;
/** Nobody sets a smaller one. */
const LEAST_LIMIT_BYTES = 512;
/** A message is refused as soon as its length is seen, a slow path or a long queue included. */
const SOON_NS = 1e9;

/**
 * Whether the messages of side `from` explain a Close 1009 of the other side: a large one, or one that was larger than all
 * before it came just before.
 */
export function isTooBig(webSocket: WebSocketFacts, from: Direction, close: CloseFrameFacts): boolean {
  const unfinished = webSocket.unfinishedMessage[from];
  if (close.code === 1009 && unfinished !== null && unfinished.bytes > LEAST_LIMIT_BYTES && isBefore(unfinished, close))
    return true;
  const largest = webSocket.largestMessage[from];
  if (close.code !== 1009 || largest === null) return false;
  if (webSocket.largestMessageBytes[from] >= LARGE_BYTES) return true;
  return (
    webSocket.largestMessageBytes[from] > LEAST_LIMIT_BYTES &&
    isBefore(largest, close) &&
    close.timestampNs - largest.timestampNs < SOON_NS
  );
}
