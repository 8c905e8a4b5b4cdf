import type { Mark } from "../../base/packet-view.ts";
import type { SocketIoNamespaceFacts, TokenFacts } from "../../store/session-types.ts";
import type { ConnectionFacts } from "../../store/types.ts";
import type { Context } from "../context/context.ts";
import { isHandedOn, onLeg, type Sessions, seenOf, tokensOf, toldOf } from "../context/sessions.ts";
import { spanMs } from "../reading/reading.ts";
import { firstRefusal, type RefusedRequests, refusedRequests } from "./refused-requests.ts";

/** Handlers that check a login look into a database first. */
const AT_ONCE_MS = 1000;

/** A DISCONNECT that comes right after the namespace was entered is a refusal: `afterMs` is null where the entry was not seen. */
export const isAtOnce = (afterMs: number | null): afterMs is number => afterMs !== null && afterMs <= AT_ONCE_MS;

/** By which packet of Socket.IO the server refused a client, or what it asks for, or put it out of a namespace. */
export interface Verdict {
  /**
   * CONNECT_ERROR; an event that says error before DISCONNECT; DISCONNECT at once; nothing but refusals of what it asks for;
   * DISCONNECT of one that had been let in.
   */
  readonly how: "refused" | "told" | "atOnce" | "requests" | "later";
  readonly facts: SocketIoNamespaceFacts;
  readonly at: Mark;
  /** What the server said; empty: nothing. Untrusted text. */
  readonly message: string;
  /** The answer to CONNECT, on whichever connection of this leg it came. */
  readonly connected: Mark | null;
  readonly requests: RefusedRequests | null;
}

const RANK: Readonly<Record<Verdict["how"], number>> = { refused: 0, told: 1, atOnce: 2, requests: 3, later: 4 };

/** Each is asked for by all connections of its session. */
const known = new WeakMap<Context, Map<ConnectionFacts, Verdict | null>>();

/** Of several namespaces the one of which the server said most. */
export function verdictIn(connection: ConnectionFacts, context: Context): Verdict | null {
  const verdicts = known.get(context) ?? new Map<ConnectionFacts, Verdict | null>();
  known.set(context, verdicts);
  const before = verdicts.get(connection);
  if (before !== undefined) return before;
  const verdict = decide(connection, context);
  verdicts.set(connection, verdict);
  return verdict;
}

function decide(connection: ConnectionFacts, context: Context): Verdict | null {
  let found: Verdict | null = null;
  for (const facts of connection.session?.socketIo ?? []) {
    const verdict = verdictOf(connection, facts, context);
    if (verdict !== null && (found === null || RANK[verdict.how] < RANK[found.how])) found = verdict;
  }
  return found;
}

const NEVER_IN = { connected: null, requests: null };

function verdictOf(connection: ConnectionFacts, facts: SocketIoNamespaceFacts, context: Context): Verdict | null {
  const { refused, disconnected } = facts;
  if (refused !== null) return { how: "refused", facts, at: refused, message: refused.message, ...NEVER_IN };
  if (disconnected?.from !== "server") {
    const requests = refusedRequests(connection, facts, context);
    if (requests === null) return null;
    const { first } = requests;
    return { how: "requests", facts, at: first, message: first.message, connected: null, requests };
  }
  const connected = onLeg(connection, seenOf(connection, facts, context.sessions()), (other) => other.connected);
  const told = toldOf(facts);
  if (told !== null) return { how: "told", facts, at: told, message: told.message, connected, requests: null };
  const how = isAtOnce(connected && spanMs(connected, disconnected)) ? "atOnce" : "later";
  return { how, facts, at: disconnected, message: "", connected, requests: null };
}

/** The other leg of a proxy shows it first. */
const isOtherLegs = (connection: ConnectionFacts, { how, facts, at }: Verdict, sessions: Sessions): boolean =>
  isHandedOn(connection, seenOf(connection, facts, sessions), MARK_OF[how], at);

const putOut = ({ disconnected }: SocketIoNamespaceFacts): Mark | null =>
  disconnected?.from === "server" ? disconnected : null;

const MARK_OF: Readonly<Record<Verdict["how"], (facts: SocketIoNamespaceFacts) => Mark | null>> = {
  refused: ({ refused }) => refused,
  told: ({ told }) => told,
  atOnce: putOut,
  requests: firstRefusal,
  later: putOut,
};

/** Polls carry CONNECT and the verdict on different connections: the token belongs to where the verdict is. */
export function tokensFor(
  connection: ConnectionFacts,
  verdict: Verdict | null,
  context: Context,
): readonly TokenFacts[] {
  const sessions = context.sessions();
  const sid = verdict?.facts.sid ?? null;
  if (verdict !== null && sid !== null) {
    if (isOtherLegs(connection, verdict, sessions)) return [];
    return [
      ...connection.tokens.filter((token) => token.sid !== sid),
      ...tokensOf(connection, verdict.facts, sessions),
    ];
  }
  const mayBeElsewhere = connection.webSocket === null && connection.tokens.some((token) => token.sid !== null);
  if (!mayBeElsewhere) return connection.tokens;
  return connection.tokens.filter(
    (token) =>
      token.sid === null ||
      !(sessions.get(token.sid) ?? []).some(
        (other) => other !== connection && verdictIn(other, context)?.facts.sid === token.sid,
      ),
  );
}
