import type { Context } from "../context/context.ts";
import { cause } from "../draft.ts";
import type { Cause } from "../types.ts";
import { sessionUse } from "./session-use.ts";

/**
 * Two clients have one session: somebody in between keeps the answers that open sessions. Certain where one leg shows it
 * given out twice, in answers to different requests for a new one, as no server draws the same id again. Behind the cache
 * only the first of them is seen; there it is somebody who asks for a WebSocket of a session that lives on another one.
 */
export function cachedHandshake(sid: string, path: string, context: Context): Cause | null {
  const { openedTwice, movedTwice } = sessionUse(sid, context);
  if (!openedTwice && !movedTwice) return null;
  return cause(openedTwice ? "certain" : "likely", "handshakeCached", { path });
}
