import { CLIENT, SERVER } from "../../base/brand.ts";
import { isBefore, type Mark } from "../../base/packet-view.ts";
import { sidIn } from "../../base/session-id.ts";
import type { HttpExchangeFacts } from "../../store/http-types.ts";
import type { SocketIoNamespaceFacts } from "../../store/session-types.ts";
import type { ConnectionFacts } from "../../store/types.ts";
import type { Context } from "../context/context.ts";
import { pairKey } from "../context/others.ts";
import { sidGiven } from "../context/polled-sessions.ts";
import { handshakeOf, isPoll } from "../handshake/upgrade-outcome.ts";
import { endedBy } from "../reading/ending.ts";
import { isNormalCode } from "../reading/first-close.ts";
import { spanMs } from "../reading/reading.ts";
import { mayHaveLivedOn } from "./lived-on.ts";
import { says } from "./poll-heartbeat.ts";
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

/** Once may be a server that stops just then; who is closed again and again is turned away. */
export const CLOSED_AGAIN = 2;

interface AllClosed {
  readonly by: ReadonlyMap<ConnectionFacts, ClosedBeneath>;
  /** How often the client of each such session was closed so, by the session's id. */
  readonly times: ReadonlyMap<string, number>;
}

const known = new WeakMap<Context, AllClosed>();

function allOf(context: Context): AllClosed {
  const found = known.get(context) ?? findAll(context);
  known.set(context, found);
  return found;
}

export const closedBeneath = (connection: ConnectionFacts, context: Context): ClosedBeneath | null =>
  allOf(context).by.get(connection) ?? null;

/** How often that was done to the client whose WebSocket was to carry such a session; 0: its session did not end so. */
export const timesClosedBeneath = (connection: ConnectionFacts, context: Context): number =>
  allOf(context).times.get(sidIn(handshakeOf(connection)?.request?.target) ?? "") ?? 0;

/** One session, as two hosts show it on however many connections. */
interface Trail {
  readonly sid: string | null;
  readonly pair: string;
  readonly carriers: ConnectionFacts[];
  readonly polls: HttpExchangeFacts[];
}

function findAll(context: Context): AllClosed {
  const ended: { readonly trail: Trail; readonly end: End }[] = [];
  const firstNs = new Map<string | null, number>();
  for (const trail of trailsOf(context)) {
    const end = endOfTrail(trail);
    if (end === null) continue;
    ended.push({ trail, end });
    firstNs.set(trail.sid, Math.min(firstNs.get(trail.sid) ?? Number.POSITIVE_INFINITY, end.at.timestampNs));
  }
  const found: { readonly trail: Trail; readonly by: ConnectionFacts; readonly one: Omit<ClosedBeneath, "times"> }[] =
    [];
  const times = new Map<string, number>();
  for (const { trail, end } of ended) {
    // What the proxy hands on is the same again.
    if (trail.sid !== null && (firstNs.get(trail.sid) ?? 0) < end.at.timestampNs) continue;
    const one = find(trail, end.at);
    if (one === null) continue;
    found.push({ trail, by: end.by, one });
    times.set(trail.pair, (times.get(trail.pair) ?? 0) + 1);
  }
  // A client that was let in once was turned away by the same check the other times.
  const isIn = new Set(found.filter(({ one }) => one.isLetIn).map(({ trail }) => trail.pair));
  const told = found.filter(({ trail, one }) => one.isLetIn || !isIn.has(trail.pair));
  const timesOf = ({ pair }: Trail): number => times.get(pair) ?? 1;
  return {
    // Of several sessions on one connection the first.
    by: new Map(told.reverse().map(({ trail, by, one }) => [by, { ...one, times: timesOf(trail) }])),
    times: new Map(found.flatMap(({ trail }) => (trail.sid === null ? [] : [[trail.sid, timesOf(trail)]]))),
  };
}

/** Polls of several sessions share a connection, and those of one session several. */
function trailsOf({ analysis }: Context): Iterable<Trail> {
  const trails = new Map<string, Trail>();
  for (const connection of analysis.connections) {
    const pair = pairKey(connection);
    const enter = (sid: string | null): Trail => {
      const key = `${pair} ${sid ?? `#${connection.id}`}`;
      const trail = trails.get(key) ?? { sid, pair, carriers: [], polls: [] };
      trails.set(key, trail);
      if (trail.carriers.at(-1) !== connection) trail.carriers.push(connection);
      return trail;
    };
    for (const exchange of connection.exchanges) {
      const sid = isPoll(exchange) ? (sidIn(exchange.request?.target) ?? sidGiven(exchange)) : undefined;
      if (sid !== undefined) enter(sid).polls.push(exchange);
    }
    const engineIo = connection.session?.engineIo;
    if (engineIo?.transport === "websocket") enter(engineIo.sid);
  }
  return trails.values();
}

function find({ sid, carriers, polls }: Trail, ended: Mark): Omit<ClosedBeneath, "times"> | null {
  const namespaces = carriers.flatMap(({ session }) =>
    (session?.socketIo ?? []).filter((one) => (one.sid ?? sid) === sid),
  );
  // Told by itself.
  if (namespaces.some(({ disconnected, refused, told }) => disconnected ?? refused ?? told)) return null;
  const first = firstOf(namespaces, ({ connected }) => connected);
  const asked = firstOf(namespaces, ({ connectRequested }) => connectRequested);
  const begun = first ?? (asked === null ? null : { name: asked.name, at: openingOf(carriers, polls) });
  if (begun === null || begun.at === null || isBefore(ended, begun.at)) return null;
  const afterMs = spanMs(begun.at, ended);
  return isAtOnce(afterMs) ? { namespace: begun.name, isLetIn: first !== null, begun: begun.at, ended, afterMs } : null;
}

const openingOf = (carriers: readonly ConnectionFacts[], polls: readonly HttpExchangeFacts[]): Mark | null =>
  polls.find((poll) => sidGiven(poll) !== undefined)?.response?.last ??
  carriers.find(({ webSocket, session }) => webSocket !== null && session?.engineIo?.open)?.session?.engineIo?.open ??
  null;

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

/** How the server ended a session. */
interface End {
  readonly at: Mark;
  /** Where that is told: a WebSocket rather than a poll. */
  readonly by: ConnectionFacts;
}

/** The server's Close that gives no reason, or its close packet in the answer to a poll. */
function endOfTrail({ carriers, polls }: Trail): End | null {
  const home = carriers.filter((one) => one.session?.engineIo?.transport === "websocket" && mayHaveLivedOn(one));
  for (const by of home) {
    const at = closeOf(by);
    if (at !== null) return { at, by };
  }
  const poll = polls.find((one) => says(one, "1"));
  const at = poll?.response?.last;
  if (home.length > 0 || poll === undefined || at === undefined || isOfProtocol3(poll)) return null;
  // What is missing of the client may have asked for it.
  if (carriers.some(({ tcp }) => tcp.halves[CLIENT].missingBytes > 0)) return null;
  const by =
    carriers.find((one) => closeOf(one) !== null) ?? carriers.find(({ exchanges }) => exchanges.includes(poll));
  return by === undefined ? null : { at, by };
}

const isOfProtocol3 = ({ request }: HttpExchangeFacts): boolean => /[?&]EIO=3(?:&|$)/.test(request?.target ?? "");

function closeOf(connection: ConnectionFacts): Mark | null {
  const engineIo = connection.session?.engineIo;
  const close = connection.webSocket?.closeFrames[SERVER];
  if (!engineIo || !close || !isNormalCode(close.code) || close.reason !== "" || engineIo.closed?.from === "client")
    return null;
  return endedBy(connection, "server") === close && connection.session?.notAPacket == null ? close : null;
}
