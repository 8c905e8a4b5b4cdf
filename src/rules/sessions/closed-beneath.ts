import { SERVER } from "../../base/brand.ts";
import { isBefore, type Mark } from "../../base/packet-view.ts";
import type { EngineIoFacts, SocketIoNamespaceFacts } from "../../store/session-types.ts";
import type { ConnectionFacts } from "../../store/types.ts";
import type { Context } from "../context/context.ts";
import { pairKey } from "../context/others.ts";
import { isSameLeg } from "../context/sessions.ts";
import { endedBy } from "../reading/ending.ts";
import { isNormalCode } from "../reading/first-close.ts";
import { spanMs } from "../reading/reading.ts";
import { dismissal } from "./poll-heartbeat.ts";
import { isAtOnce } from "./verdicts.ts";

/**
 * A server let a client in, or opened its session without answering CONNECT, and closed Engine.IO under Socket.IO right after:
 * no DISCONNECT, and its client comes back.
 */
export interface ClosedBeneath {
  readonly namespace: string;
  readonly isLetIn: boolean;
  /** The answer to CONNECT, or the opening of the session. */
  readonly begun: Mark;
  readonly ended: Mark;
  readonly afterMs: number;
  /** So many sessions of this client ended so. */
  readonly times: number;
}

const known = new WeakMap<Context, ReadonlyMap<ConnectionFacts, ClosedBeneath>>();

export function closedBeneath(connection: ConnectionFacts, context: Context): ClosedBeneath | null {
  const found = known.get(context) ?? findAll(context);
  known.set(context, found);
  return found.get(connection) ?? null;
}

function findAll(context: Context): ReadonlyMap<ConnectionFacts, ClosedBeneath> {
  const found = new Map<ConnectionFacts, Omit<ClosedBeneath, "times">>();
  const times = new Map<string, number>();
  // A session ends once, and is not read anew for each of its connections.
  const judged = new Set<string>();
  for (const connection of context.analysis.connections) {
    const engineIo = connection.session?.engineIo;
    const ended = engineIo ? endOfEngine(connection, engineIo, context) : null;
    if (!engineIo || ended === null) continue;
    const pair = pairKey(connection);
    const session = `${pair} ${engineIo.sid ?? `#${connection.id}`}`;
    if (judged.has(session)) continue;
    judged.add(session);
    const one = find(connection, engineIo, ended, context);
    if (one === null) continue;
    found.set(connection, one);
    times.set(pair, (times.get(pair) ?? 0) + 1);
  }
  return new Map(
    [...found].map(([connection, one]) => [connection, { ...one, times: times.get(pairKey(connection)) ?? 1 }]),
  );
}

function find(
  connection: ConnectionFacts,
  { sid, open }: EngineIoFacts,
  ended: Mark,
  context: Context,
): Omit<ClosedBeneath, "times"> | null {
  const carriers = sid === null ? [connection] : (context.sessions().get(sid) ?? [connection]);
  const own = carriers.filter((mate) => isSameLeg(mate, connection));
  // What the proxy hands on is the same again.
  if (carriers.some((mate) => !isSameLeg(mate, connection) && isEndedBefore(mate, ended))) return null;
  const namespaces = own.flatMap(({ session }) => (session?.socketIo ?? []).filter((one) => (one.sid ?? sid) === sid));
  // Told by itself.
  if (namespaces.some(({ disconnected, refused, told }) => disconnected ?? refused ?? told)) return null;
  const first = firstOf(namespaces, ({ connected }) => connected);
  const asked = firstOf(namespaces, ({ connectRequested }) => connectRequested);
  const begun = first ?? (asked === null ? null : { name: asked.name, at: open });
  if (begun === null || begun.at === null || isBefore(ended, begun.at)) return null;
  const afterMs = spanMs(begun.at, ended);
  return isAtOnce(afterMs) ? { namespace: begun.name, isLetIn: first !== null, begun: begun.at, ended, afterMs } : null;
}

interface Named {
  readonly name: string;
  readonly at: Mark | null;
}

const firstOf = (
  namespaces: readonly SocketIoNamespaceFacts[],
  of: (one: SocketIoNamespaceFacts) => Mark | null,
): Named | null =>
  namespaces.reduce<Named | null>((earliest, one) => {
    const at = of(one);
    return at !== null && (earliest?.at == null || isBefore(at, earliest.at)) ? { name: one.name, at } : earliest;
  }, null);

/** The server's Close that gives no reason, or its close packet in the answer to a poll. */
function endOfEngine(connection: ConnectionFacts, engineIo: EngineIoFacts, context: Context): Mark | null {
  if (engineIo.transport === "polling") return dismissal(connection, engineIo, context)?.until ?? null;
  const close = connection.webSocket?.closeFrames[SERVER];
  if (!close || !isNormalCode(close.code) || close.reason !== "" || engineIo.closed?.from === "client") return null;
  return endedBy(connection, "server") === close && connection.session?.notAPacket == null ? close : null;
}

const isEndedBefore = (mate: ConnectionFacts, ended: Mark): boolean => {
  const close = mate.webSocket?.closeFrames[SERVER];
  return close != null && isBefore(close, ended);
};
