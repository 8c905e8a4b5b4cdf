import { sidIn } from "../../base/session-id.ts";
import type { ConnectionFacts } from "../../store/types.ts";
import type { Context } from "../context/context.ts";
import { isSameLeg } from "../context/sessions.ts";

/** The openings of sessions (Engine.IO's `0{"sid":…`), behind the length that protocol 3 writes before it. */
const OPENING = /^(?:\d+:)?0\{"sid":"([^"]{1,100})"/;

/**
 * One session was given out twice, in answers to different requests for a new one: no server draws the same id again, so
 * somebody in between keeps its answers.
 */
export function isHandedOutTwice(sid: string, connection: ConnectionFacts, { sessions }: Context): boolean {
  let openings = 0;
  for (const other of sessions().get(sid) ?? []) {
    if (!isSameLeg(other, connection)) continue;
    for (const { request, responseBodyPreview } of other.exchanges)
      if (request !== null && sidIn(request.target) === null && OPENING.exec(responseBodyPreview)?.[1] === sid)
        openings += 1;
    if (openings > 1) return true;
  }
  return false;
}
