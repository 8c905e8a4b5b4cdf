import type { Direction } from "../base/brand.ts";
import type { TcpFacts } from "./tcp-types.ts";
import type { WebSocketEventFacts, WebSocketFacts } from "./websocket-types.ts";

// What facts leave open because the capture lacks bytes.

/**
 * After `sinceNs` the capture lost track of this side's frames, or never found any of a stream that it did not see begin:
 * what else was sent there cannot be known.
 */
export function isUnread(tcp: TcpFacts, webSocket: WebSocketFacts, direction: Direction, sinceNs: number): boolean {
  const { truncatedBytes, notCapturedBytes, neverCame } = tcp.halves[direction];
  if (neverCame?.isLost === false && neverCame.since.timestampNs >= sinceNs) return true;
  // A packet that was not captured may have acknowledged what never came.
  const isLacking = truncatedBytes + notCapturedBytes > 0 || tcp.halves[direction === 0 ? 1 : 0].finIsUnseen;
  const lost = webSocket.lostTrack[direction];
  // All that it said may have been missing before it was known to be a WebSocket.
  if (lost === null) return webSocket.midstream && webSocket.lastFrame[direction] === null && isLacking;
  return lost.timestampNs >= sinceNs && (webSocket.midstream || isLacking);
}

/** `isUnread` behind the last frame that was read. */
export const hasUnreadEnd = (tcp: TcpFacts, webSocket: WebSocketFacts, direction: Direction): boolean =>
  isUnread(tcp, webSocket, direction, webSocket.lastFrame[direction]?.timestampNs ?? 0);

const VIOLATION =
  /^((un)?masked|reserved|control|length|unexpected|expected|invalid|close|deflate-failed|not-websocket)/;

/** An event that tells of a violation; the others tell of what the capture lacks, or of limits. */
export const isViolation = ({ code }: WebSocketEventFacts): boolean => VIOLATION.test(code);
