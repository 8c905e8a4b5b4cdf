import { isBefore, type Mark } from "../../base/packet-view.ts";
import type { AwaitedAck } from "../../store/session-types.ts";
import type { ConnectionFacts } from "../../store/types.ts";
import type { Context } from "../context/context.ts";
import { isKnownWhole, isSameLeg, isHandedOn as isTheSame, onLeg, type Seen } from "../context/sessions.ts";
import { cause, type Draft, draft, shows } from "../draft.ts";
import { endedBy } from "../reading/ending.ts";
import { earlier, endOf, hasEnded, later, watchedUntil } from "../reading/reading.ts";
import { awaitedAcks, type Waiting } from "./awaited-acks.ts";
import { endOfPolls, pollsOf, type SessionPolls } from "./session-polls.ts";
import { hasUnreadPolls } from "./unread-polls.ts";

/** Callers give up after a few seconds; a server that says nothing meanwhile may only be slow. */
const LEAST_WAIT_MS = 5000;
const LEAST_WAIT_OF_SILENT_MS = 10_000;
/** Against the slowest acknowledgment that came. */
const LEAST_TIMES_SLOWER = 3;
/** One that is only a few seconds old may yet come. */
const CLEAR_WAIT_MS = 10_000;

/** Events whose acknowledgment never came although the session lived on: the caller's callback never runs. */
export function missingAcks(connection: ConnectionFacts, context: Context): Draft[] {
  const { socketIo = [], polledAcks = [] } = connection.session ?? {};
  const asking = [
    ...socketIo.filter(({ acks }) => acks?.missing[0] !== undefined).map(({ sid, name }) => ({ sid, name })),
    ...polledAcks.flatMap(({ sid, namespaces }) =>
      namespaces.filter(({ asked }) => asked[0] !== undefined).map(({ name }) => ({ sid, name })),
    ),
  ];
  return asking.map(({ sid, name }) => missingIn(connection, sid, name, context)).filter((found) => found !== null);
}

function missingIn(connection: ConnectionFacts, sid: string | null, namespace: string, context: Context): Draft | null {
  const carriers = sid === null ? [connection] : (context.sessions().get(sid) ?? [connection]);
  if (!isKnownWhole(sid, context.sessions())) return null;
  const leg = legOf(connection, carriers, context);
  const acks = awaitedAcks(leg, sid, namespace);
  const all = carriers.flatMap((carrier): Seen[] =>
    (carrier.session?.socketIo ?? [])
      .filter((one) => one.sid === sid && one.name === namespace)
      .map((facts) => ({ connection: carrier, facts })),
  );
  // NestJS sends an event that says what failed in place of the acknowledgment: that is told by itself.
  if (acks === null || all.some(({ facts }) => facts.told !== null) || !isLetIn(all)) return null;
  const life = lifeOf(connection, leg, sid, all, context);
  const overdue = acks.missing.filter((one) => isOverdue(life, one, acks.slowestMs));
  const [first] = overdue;
  // One connection tells it for all of the session.
  if (first === undefined || first.by !== connection || isHandedOn(first, carriers, all)) return null;
  if (
    first.id !== null &&
    hasUnreadPolls(connection, first.timestampNs, life.untilNs, context, life.polls ?? undefined)
  )
    return null;
  const isAll = acks.answered === 0;
  const isHeard = life.heard !== null && life.heard.timestampNs > first.timestampNs;
  const isDeaf = isAll && !acks.serverSpoke && !all.some(({ facts }) => facts.acks?.serverSpoke === true);
  const missing = acks.areAll ? overdue.length : acks.asked - acks.answered;
  const waitedMs = (life.untilNs - first.timestampNs) / 1e6;
  const args = { namespace, missing, event: first.event, waitedMs };
  const parts = {
    at: first,
    severity: isAll && (missing > 1 || waitedMs >= CLEAR_WAIT_MS) ? ("warning" as const) : ("note" as const),
    foldBy: `${namespace} ${first.event}`,
    evidence: [
      shows(
        onLeg(connection, all, (other) => other.connected),
        "namespaceConnected",
        { namespace },
      ),
      ...overdue.slice(0, 4).map((one) => shows(one, "unansweredEvent", { namespace, event: one.event })),
      isHeard ? shows(life.heard, "lastData", { from: "server" }) : null,
    ],
    causes: [
      isDeaf && cause("likely", "handlersElsewhere", { namespace }),
      cause("likely", "ackNotCalled", { event: first.event }),
      !isHeard && cause("possible", "serverBlocked", {}),
    ],
  };
  return isAll
    ? draft("app.silent", isDeaf ? "noAckNothing" : "noAck", { ...parts, args })
    : draft("app.silent", "someAcks", { ...parts, args: { ...args, answered: acks.answered } });
}

/** The session's connections between these two hosts, each once: two captures may hold copies of it. */
function legOf(
  connection: ConnectionFacts,
  carriers: readonly ConnectionFacts[],
  { joins }: Context,
): ConnectionFacts[] {
  const one = ({ id }: ConnectionFacts) => joins.copyOf.get(id) ?? id;
  const known = new Set([one(connection)]);
  const others = carriers.filter((carrier) => {
    const isNew = isSameLeg(carrier, connection) && !known.has(one(carrier));
    known.add(one(carrier));
    return isNew;
  });
  return [connection, ...others];
}

/** The client's own leg asked first; what a proxy hands on is the same again. */
function isHandedOn(first: Waiting, carriers: readonly ConnectionFacts[], all: readonly Seen[]): boolean {
  if (first.id === null) return isTheSame(first.by, all, ({ acks }) => acks?.missing[0] ?? null, first);
  return carriers.some(
    (carrier) =>
      !isSameLeg(carrier, first.by) &&
      (carrier.session?.polledAcks ?? []).some(({ namespaces }) =>
        namespaces.some(({ asked }) =>
          asked.some((one) => one.id === first.id && one.event === first.event && isBefore(one, first)),
        ),
      ),
  );
}

/** Where the asking was not seen, nobody knows; who was refused or is not answered yet waits for something else. */
const isLetIn = (all: readonly Seen[]): boolean =>
  all.every(({ facts }) => facts.connectRequested === null) || all.some(({ facts }) => facts.connected !== null);

/** How long a session went on between two hosts. */
interface Life {
  readonly untilNs: number;
  readonly hasEnded: boolean;
  /** The server's last word. */
  readonly heard: Mark | null;
  /** null: it moved to a WebSocket, or began as one. */
  readonly polls: SessionPolls | null;
}

/** Who leaves, or is turned out, waits no longer. */
function lifeOf(
  connection: ConnectionFacts,
  leg: readonly ConnectionFacts[],
  sid: string | null,
  all: readonly Seen[],
  context: Context,
): Life {
  const disconnected = onLeg(connection, all, (other) => other.disconnected);
  const webSocket = leg.find((one) => one.webSocket !== null && one.session?.engineIo?.sid === sid) ?? connection;
  const polls = webSocket.webSocket === null ? pollsOf(connection, sid, context) : null;
  const { clockNs } = context.analysis;
  if (polls === null) {
    const ended = earlier(endedBy(webSocket, "client"), endedBy(webSocket, "server"));
    const end = earlier(ended ?? (hasEnded(webSocket) ? endOf(webSocket) : null), disconnected);
    return {
      untilNs: end?.timestampNs ?? watchedUntil(webSocket, clockNs),
      hasEnded: hasEnded(webSocket),
      heard: webSocket.webSocket?.lastFrame[1] ?? null,
      polls,
    };
  }
  const until = endOfPolls(polls)?.until ?? null;
  const heard = polls.polls
    .filter(({ request, response }) => request?.method === "GET" && response?.status === 200)
    .reduce<Mark | null>((newest, { response }) => later(newest, response?.last), null);
  const end = earlier(until, disconnected);
  return { untilNs: end?.timestampNs ?? watchedUntil(connection, clockNs), hasEnded: end !== null, heard, polls };
}

function isOverdue({ untilNs, heard, hasEnded: isOver }: Life, asked: AwaitedAck, slowestMs: number): boolean {
  const waitedMs = (untilNs - asked.timestampNs) / 1e6;
  if (waitedMs < LEAST_WAIT_MS || waitedMs < LEAST_TIMES_SLOWER * slowestMs) return false;
  // What the server had not said when the connection broke may have been lost with it.
  if (heard !== null && heard.timestampNs >= asked.timestampNs) return true;
  return waitedMs >= LEAST_WAIT_OF_SILENT_MS && !isOver;
}
