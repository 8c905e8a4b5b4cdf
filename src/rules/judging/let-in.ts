import { sidIn } from "../../base/session-id.ts";
import type { ConnectionFacts } from "../../store/types.ts";
import type { Context } from "../context/context.ts";
import { LOGIN_CODES } from "../ending/close-codes.ts";
import { handshakeOf } from "../handshake/upgrade-outcome.ts";
import { type Verdict, verdictIn } from "../sessions/verdicts.ts";

/** Whom the server puts out later had been let in. */
const TURNED_AWAY: ReadonlySet<Verdict["how"]> = new Set(["refused", "told", "atOnce", "requests"]);

/**
 * The login of an attempt did not fail, in this namespace where one is named: a 101, or a session on polls, says nothing of
 * it yet. `sid`: the session that the attempt opened; null: none of Engine.IO.
 */
export function wasLetIn(
  attempt: ConnectionFacts,
  sid: string | null,
  namespace: string | undefined,
  context: Context,
): boolean {
  const carriers = [attempt, ...(sid === null ? [] : (context.sessions().get(sid) ?? []))];
  return carriers.every((carrier) => {
    if (LOGIN_CODES.has(carrier.webSocket?.closeFrames[1]?.code ?? null)) return false;
    const verdict = verdictIn(carrier, context);
    return (
      verdict === null ||
      !TURNED_AWAY.has(verdict.how) ||
      verdict.facts.sid !== sid ||
      (namespace !== undefined && verdict.facts.name !== namespace)
    );
  });
}

/** The session of Engine.IO that a WebSocket carries. */
export const sidOf = (socket: ConnectionFacts): string | null =>
  socket.session?.engineIo?.sid ?? sidIn(handshakeOf(socket)?.request?.target);
