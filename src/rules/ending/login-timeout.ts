import { type Direction, otherDirection, sideOf } from "../../base/brand.ts";
import type { ConnectionFacts } from "../../store/types.ts";
import type { CloseFrameFacts } from "../../store/websocket-types.ts";
import { cause } from "../draft.ts";
import { spanMs } from "../reading/reading.ts";
import type { Cause } from "../types.ts";

/** The words for a first message that a server waits for, beside those for a timer. */
const LOGIN =
  /\b(?:auth\w*|log[ -_]?in|sign[ -_]?in|identif\w+|hello|handshake|(?:connection[ -_]?)?init\w*)\b|认证|鉴权|登录|验证/i;
const TIMER = /time.?out|timed out|too (?:late|slow)|deadline|超时/i;

export const isLoginTimeout = (reason: string): boolean => LOGIN.test(reason) && TIMER.test(reason);

/** Servers wait for a login this long at most; later the same words speak of a session that has run out. */
const LONGEST_WAIT_MS = 60_000;

/** The side of `direction` closed because the other one had not logged in by a message in time; null: its reason says nothing of it. */
export function loginAwaited(
  { webSocket }: ConnectionFacts,
  close: CloseFrameFacts,
  direction: Direction,
): Cause | null {
  if (webSocket === null || webSocket.midstream || !isLoginTimeout(close.reason)) return null;
  const waitedMs = spanMs(webSocket.openedAt, close);
  if (waitedMs > LONGEST_WAIT_MS) return null;
  const from = sideOf(otherDirection(direction));
  const { text, binary } = webSocket.messages[otherDirection(direction)];
  const count = text + binary;
  return count === 0
    ? cause("likely", "loginNeverSent", { from, waitedMs })
    : cause("likely", "loginNotSeen", { from, count, waitedMs });
}
