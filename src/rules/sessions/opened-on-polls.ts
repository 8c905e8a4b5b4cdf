import type { Mark } from "../../base/packet-view.ts";
import type { EngineIoFacts } from "../../store/session-types.ts";
import type { ConnectionFacts } from "../../store/types.ts";
import type { Context } from "../context/context.ts";
import { isSameLeg } from "../context/sessions.ts";
import { later } from "../reading/reading.ts";

/** Each WebSocket of a session that asks reads all of them. */
const MOST_MATES = 1000;

/** Where the session that moved to this WebSocket began; pings that came on its polls are later. */
export function openedOnPolls(connection: ConnectionFacts, { sid }: EngineIoFacts, { sessions }: Context): Mark | null {
  const mates = sid === null ? [] : (sessions().get(sid) ?? []);
  if (mates.length > MOST_MATES) return null;
  return mates
    .filter((mate) => isSameLeg(mate, connection))
    .flatMap(({ session }) => (session?.engineIo?.sid === sid ? [session.engineIo] : []))
    .map(({ open, heartbeat }) => later(open, heartbeat[1].lastPing))
    .reduce(later, null);
}
