import { type Direction, otherDirection, sideOf } from "../../base/brand.ts";
import { NO_CODE } from "../../base/no-code.ts";
import { isBefore } from "../../base/packet-view.ts";
import type { ConnectionFacts } from "../../store/types.ts";
import type { CloseFrameFacts } from "../../store/websocket-types.ts";
import { hasUnreadEnd, isBlind, spanMs } from "./reading.ts";

export interface FirstClose {
  readonly close: CloseFrameFacts;
  readonly direction: Direction;
}

/** The Close that began the closing handshake; the answer merely repeats its code. */
export function firstClose(connection: ConnectionFacts): FirstClose | null {
  const [client, server] = connection.webSocket?.closeFrames ?? [null, null];
  if (client && (!server || !isBefore(server, client))) return { close: client, direction: 0 };
  return server ? { close: server, direction: 1 } : null;
}

/** An answer to a Close follows it at once, where nobody stands still. */
const ANSWERED_WITHIN_MS = 2000;

/**
 * It may as well answer a Close from before the capture: the capture begins just before it, in the middle of the
 * connection, and the other side says nothing more, as nobody may behind its Close (RFC 6455 §5.5.1).
 */
export function mayAnswerUnseen({ tcp, webSocket, first }: ConnectionFacts, { close, direction }: FirstClose): boolean {
  const other = direction === 0 ? 1 : 0;
  return (
    webSocket?.midstream === true &&
    tcp.opening === "not-captured" &&
    webSocket.firstFrame[other] === null &&
    spanMs(first, close) <= ANSWERED_WITHIN_MS
  );
}

/**
 * Whether it began the closing or answered is not in the capture: of the other side, whose Close repeats the same code,
 * the end is missing, or everything.
 */
export function mayBeAnswer(connection: ConnectionFacts, found: FirstClose): boolean {
  if (isBlind(connection) || mayAnswerUnseen(connection, found)) return true;
  const other = otherDirection(found.direction);
  const answer = connection.webSocket?.closeFrames[other] ?? null;
  return answer === null && hasUnreadEnd(connection, sideOf(other));
}

const NORMAL = 1000;

/** All is well, says the code alone. */
export const isNormalCode = (code: number | null): boolean => code === null || code === NORMAL || code === NO_CODE;

export const closeCodeOf = ({ code }: CloseFrameFacts): number => code ?? NO_CODE;
