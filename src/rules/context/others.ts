import { appendTo } from "../../base/append-to.ts";
import type { ConnectionId } from "../../base/brand.ts";
import type { HttpExchangeFacts } from "../../store/http-types.ts";
import type { ApplicationBeatFacts } from "../../store/session-types.ts";
import type { Analysis, ConnectionFacts } from "../../store/types.ts";
import { ownPageOf } from "../handshake/own-page.ts";
import {
  isClosedUnread,
  isPoll,
  isTimedOutPoll,
  type Outcome,
  outcomeOf,
  proxyOf,
} from "../handshake/upgrade-outcome.ts";
import { isViteHmr } from "../handshake/vite.ts";
import { endpointText, fieldValue, isBlind, nests, serverOf, spanMs } from "../reading/reading.ts";
import { before, type TimeIndex, timeIndex, within } from "../reading/time-index.ts";

export interface Asked {
  readonly connection: ConnectionFacts;
  readonly exchange: HttpExchangeFacts;
}

export interface TimedOutPoll {
  readonly waitedMs: number;
  /** As it names itself. */
  readonly proxy: string | null;
}

export interface Lifetimes {
  readonly openedNs: readonly number[];
  /** When each was last heard of. */
  readonly lastNs: readonly number[];
}

/** What the other connections of a capture tell about one that failed. Built when the first rule asks. */
export interface Others {
  /** Accepted connections by server endpoint, and by port alone. */
  readonly accepted: ReadonlyMap<string, TimeIndex<ConnectionFacts>>;
  readonly acceptedAtPort: ReadonlyMap<number, TimeIndex<ConnectionFacts>>;
  /** Since when WebSockets whose opening is not in the capture were seen there, by server endpoint. */
  readonly begun: ReadonlyMap<string, number>;
  /** WebSockets by "client address, server endpoint", in the order of their openings. */
  readonly sockets: ReadonlyMap<string, TimeIndex<ConnectionFacts>>;
  /** Of the WebSockets of a server endpoint, sorted each by itself. */
  readonly lifetimes: ReadonlyMap<string, Lifetimes>;
  /** WebSockets that the server ended without a Close, by its endpoint, in the order of their ends. */
  readonly dropped: ReadonlyMap<string, TimeIndex<ConnectionFacts>>;
  /** The same of those that their client ended, by client and server endpoint (`pairKey`). */
  readonly abandoned: ReadonlyMap<string, TimeIndex<ConnectionFacts>>;
  /** The connection that took the ports of another one, by that one. */
  readonly replacedBy: ReadonlyMap<ConnectionId, ConnectionFacts>;
  /** Server endpoints that hung up before a request came. */
  readonly closedUnread: ReadonlySet<string>;
  /** Server endpoints of Vite's development servers, each with a connection that shows it. */
  readonly viteServers: ReadonlyMap<string, ConnectionFacts>;
  /** Connections that were refused or not answered, by server endpoint. */
  readonly failed: ReadonlyMap<string, TimeIndex<ConnectionFacts>>;
  /** The same of all servers, by their time. */
  readonly failedDials: TimeIndex<ConnectionFacts>;
  /** Those that were refused, at the port or with an answer to their request, by client and server endpoint (`pairKey`). */
  readonly turnedAway: ReadonlyMap<string, TimeIndex<ConnectionFacts>>;
  /** Polls that their server hung up on before it answered, by its endpoint, in the order of their ends. */
  readonly hungUpPolls: ReadonlyMap<string, TimeIndex<Asked>>;
  /** Connections on which a proxy answered that it cannot reach its backend, or (HAProxy) that it has none, by its endpoint. */
  readonly backendGone: ReadonlyMap<string, TimeIndex<ConnectionFacts>>;
  /** Polls of running sessions that a proxy gave up, by its endpoint: the first ones. */
  readonly timedOutPolls: ReadonlyMap<string, readonly TimedOutPoll[]>;
  /** Ports of a host that answered, each with a connection that shows it. */
  readonly answering: ReadonlyMap<string, ReadonlyMap<number, ConnectionFacts>>;
  /** "client address, server endpoint" with data of the client. */
  readonly busy: ReadonlySet<string>;
  /** "client address, server endpoint" with a request's worth of data inside TLS. */
  readonly busyInTls: ReadonlySet<string>;
  /** Server endpoints that answered a ClientHello by TLS. */
  readonly tlsServers: ReadonlySet<string>;
  /** Every request, by its time. */
  readonly asked: TimeIndex<Asked>;
  /** Requests to a server endpoint, the first ones. */
  readonly askedOf: ReadonlyMap<string, readonly HttpExchangeFacts[]>;
  /** Connections on which a client's address is named as forwarded (X-Forwarded-For, X-Real-IP), one for each server. */
  readonly forwardedFor: ReadonlyMap<string, ReadonlyMap<string, ConnectionFacts>>;
  /** A connection with a request that came from this address. */
  readonly askedBy: ReadonlyMap<string, ConnectionFacts>;
  /** "endpoint target" of tunnels that were opened. */
  readonly tunnels: ReadonlySet<string>;
  /** Heartbeats of applications that are answered (`beatKey`). */
  readonly answeredBeats: ReadonlySet<string>;
  /** What servers send is not in the capture at all, though clients show that it came. */
  readonly areServersUnseen: boolean;
}

const ASKED_KEPT = 64;

const REFUSALS: ReadonlySet<Outcome> = new Set(["refused", "gateway"]);

/** RFC 9110 §15.6.3, §15.6.5. */
const BACKEND_GONE: ReadonlySet<number> = new Set([502, 504]);

const saysBackendGone = (exchange: HttpExchangeFacts): boolean => {
  const status = exchange.response?.status ?? 0;
  if (isTimedOutPoll(exchange)) return false;
  return BACKEND_GONE.has(status) || (status === 503 && ownPageOf(exchange) === "HAProxy");
};

export const pairKey = ({ client, server }: ConnectionFacts): string => `${client.address} ${endpointText(server)}`;

/** Who sends it to or from which server, and what, counters and times aside. */
export const beatKey = (connection: ConnectionFacts, { from, sample }: ApplicationBeatFacts): string =>
  `${serverOf(connection)} ${from} ${sample.replace(/\d+/g, "")}`;

const LEAST_ANSWERED = 2;

/** Finished and close_notify are smaller than any request (RFC 8446 §4.4.4, §6.1). */
const LEAST_REQUEST_BYTES = 100;

export const asksInTls = ({ tls }: ConnectionFacts): boolean =>
  tls !== null && tls.applicationDataBytes[0] >= LEAST_REQUEST_BYTES;

export const answers = ({ tcp }: ConnectionFacts): boolean =>
  tcp.synAcks.length > 0 || tcp.opening === "complete" || tcp.resets.some((reset) => reset.from === "server");

function inner<K, L, V>(map: Map<K, Map<L, V>>, key: K): Map<L, V> {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = new Map<L, V>();
  map.set(key, made);
  return made;
}

const openedNs = ({ webSocket, first }: ConnectionFacts): number => (webSocket?.openedAt ?? first).timestampNs;

const sorted = (times: number[]): number[] => times.sort((a, b) => a - b);

const lifetimes = (sockets: readonly ConnectionFacts[]): Lifetimes => ({
  openedNs: sorted(sockets.map(openedNs)),
  lastNs: sorted(sockets.map(({ last }) => last.timestampNs)),
});

const indexed = <K>(
  lists: ReadonlyMap<K, readonly ConnectionFacts[]>,
  timeOf = ({ first }: ConnectionFacts): number => first.timestampNs,
): Map<K, TimeIndex<ConnectionFacts>> => new Map([...lists].map(([key, list]) => [key, timeIndex(list, timeOf)]));

const hasServerPackets = ({ tcp }: ConnectionFacts): boolean =>
  tcp.halves[1].packets > 0 || tcp.resets.some(({ from }) => from === "server");

const isDropped = ({ webSocket, tcp }: ConnectionFacts): boolean =>
  webSocket !== null && tcp.firstCloser === "server" && webSocket.closeFrames.every((close) => close === null);

const isAbandoned = ({ webSocket, tcp }: ConnectionFacts): boolean =>
  webSocket !== null && tcp.firstCloser === "client" && webSocket.closeFrames.every((close) => close === null);

export function othersOf({ connections }: Analysis): Others {
  const accepted = new Map<string, ConnectionFacts[]>();
  const acceptedAtPort = new Map<number, ConnectionFacts[]>();
  const sockets = new Map<string, ConnectionFacts[]>();
  const socketsOf = new Map<string, ConnectionFacts[]>();
  const dropped = new Map<string, ConnectionFacts[]>();
  const abandoned = new Map<string, ConnectionFacts[]>();
  const closedUnread = new Set<string>();
  const viteServers = new Map<string, ConnectionFacts>();
  const replacedBy = new Map<ConnectionId, ConnectionFacts>();
  const failed = new Map<string, ConnectionFacts[]>();
  const turnedAway = new Map<string, ConnectionFacts[]>();
  const hungUpPolls = new Map<string, Asked[]>();
  const backendGone = new Map<string, ConnectionFacts[]>();
  const timedOutPolls = new Map<string, TimedOutPoll[]>();
  const answering = new Map<string, Map<number, ConnectionFacts>>();
  const busy = new Set<string>();
  const busyInTls = new Set<string>();
  const tlsServers = new Set<string>();
  const asked: Asked[] = [];
  const askedOf = new Map<string, HttpExchangeFacts[]>();
  const forwardedFor = new Map<string, Map<string, ConnectionFacts>>();
  const askedBy = new Map<string, ConnectionFacts>();
  const tunnels = new Set<string>();
  const answeredBeats = new Set<string>();
  const begun = new Map<string, number>();
  for (const connection of connections) {
    const { server, client, tcp } = connection;
    const endpoint = serverOf(connection);
    if (tcp.replaces !== null) replacedBy.set(tcp.replaces, connection);
    if (tcp.opening === "complete") {
      appendTo(accepted, endpoint, connection);
      appendTo(acceptedAtPort, server.port, connection);
    }
    if (tcp.opening === "refused" || tcp.opening === "unanswered") appendTo(failed, endpoint, connection);
    if (tcp.opening === "refused" || REFUSALS.has(outcomeOf(connection)))
      appendTo(turnedAway, pairKey(connection), connection);
    if (connection.exchanges.some(saysBackendGone)) appendTo(backendGone, endpoint, connection);
    if (connection.webSocket !== null) {
      if (tcp.opening === "not-captured")
        begun.set(endpoint, Math.min(begun.get(endpoint) ?? Number.POSITIVE_INFINITY, connection.first.timestampNs));
      appendTo(sockets, pairKey(connection), connection);
      appendTo(socketsOf, endpoint, connection);
    }
    const beat = connection.session?.heartbeat ?? null;
    if (beat !== null && beat.answered >= LEAST_ANSWERED) answeredBeats.add(beatKey(connection, beat));
    if (isClosedUnread(connection)) closedUnread.add(endpoint);
    if (isViteHmr(connection)) viteServers.set(endpoint, connection);
    if (isDropped(connection)) appendTo(dropped, endpoint, connection);
    if (isAbandoned(connection)) appendTo(abandoned, pairKey(connection), connection);
    if (answers(connection)) {
      const ports = inner(answering, server.address);
      if (!ports.has(server.port)) ports.set(server.port, connection);
    }
    if (tcp.halves[0].dataSegments > 0) busy.add(pairKey(connection));
    if (connection.tls?.serverHello) tlsServers.add(endpoint);
    if (asksInTls(connection)) busyInTls.add(pairKey(connection));
    for (const exchange of connection.exchanges) {
      const { request, response } = exchange;
      if (request === null) continue;
      asked.push({ connection, exchange });
      if (response === null && tcp.firstCloser === "server" && isPoll(exchange))
        appendTo(hungUpPolls, endpoint, { connection, exchange });
      if (response !== null && isTimedOutPoll(exchange) && (timedOutPolls.get(endpoint)?.length ?? 0) < ASKED_KEPT)
        appendTo(timedOutPolls, endpoint, {
          waitedMs: spanMs(request.last, response.first),
          proxy: proxyOf(exchange),
        });
      if (!askedBy.has(client.address)) askedBy.set(client.address, connection);
      if ((askedOf.get(endpoint)?.length ?? 0) < ASKED_KEPT) appendTo(askedOf, endpoint, exchange);
      for (const address of forwardedAddresses(exchange)) {
        const servers = inner(forwardedFor, address);
        if (!servers.has(endpoint)) servers.set(endpoint, connection);
      }
      if (request.method === "CONNECT" && response !== null && response.status < 300)
        tunnels.add(`${endpoint} ${request.target}`);
    }
  }
  return {
    accepted: indexed(accepted),
    acceptedAtPort: indexed(acceptedAtPort),
    sockets: indexed(sockets, openedNs),
    lifetimes: new Map([...socketsOf].map(([endpoint, list]) => [endpoint, lifetimes(list)])),
    dropped: indexed(dropped, ({ tcp, last }) => (tcp.closedAt ?? last).timestampNs),
    abandoned: indexed(abandoned, ({ tcp, last }) => (tcp.closedAt ?? last).timestampNs),
    closedUnread,
    viteServers,
    replacedBy,
    failed: indexed(failed),
    failedDials: timeIndex([...failed.values()].flat(), ({ first }) => first.timestampNs),
    turnedAway: indexed(turnedAway),
    hungUpPolls: new Map(
      [...hungUpPolls].map(([endpoint, list]) => [
        endpoint,
        timeIndex(list, ({ connection: { tcp, last } }) => (tcp.closedAt ?? last).timestampNs),
      ]),
    ),
    backendGone: indexed(backendGone),
    timedOutPolls,
    answering,
    busy,
    busyInTls,
    tlsServers,
    asked: timeIndex(asked, ({ exchange }) => exchange.request?.first.timestampNs ?? 0),
    askedOf,
    forwardedFor,
    askedBy,
    tunnels,
    answeredBeats,
    begun,
    areServersUnseen: !connections.some(hasServerPackets) && connections.some(isBlind),
  };
}

function forwardedAddresses({ request }: HttpExchangeFacts): string[] {
  if (request === null) return [];
  const chain = `${fieldValue(request, "x-forwarded-for") ?? ""},${fieldValue(request, "x-real-ip") ?? ""}`;
  return chain
    .split(",", 8)
    .map((part) => part.trim())
    .filter((part) => part !== "");
}

/** A request that the server of `connection` passed on while it answered `outer`: asked of another server in between. */
export function passedOn(outer: HttpExchangeFacts, connection: ConnectionFacts, { asked }: Others): Asked | null {
  if (!outer.request || !outer.response) return null;
  const endpoint = serverOf(connection);
  const { target, method } = outer.request;
  const nested = within(asked, outer.request.first.timestampNs, outer.response.first.timestampNs).filter(
    (other) => serverOf(other.connection) !== endpoint && nests(outer, other.exchange),
  );
  // Of several at one time (a poll that waits, one that sends) the very same.
  const same = nested.find(({ exchange: { request } }) => request?.target === target && request.method === method);
  return same ?? nested[0] ?? null;
}

/** A proxy keeps nobody waiting longer than this before it asks, or for an answer that is looked at. */
const WAITED_NS = 120e9;

/** The request to a proxy which it passed on as this one. */
export function passedFrom(inner: HttpExchangeFacts, connection: ConnectionFacts, others: Others): Asked | null {
  if (!inner.request || !inner.response) return null;
  const at = inner.request.first.timestampNs;
  const found = before(others.asked, at).findLast(
    (other) =>
      (other.exchange.request?.first.timestampNs ?? 0) >= at - WAITED_NS &&
      serverOf(other.connection) !== serverOf(connection) &&
      nests(other.exchange, inner) &&
      passedOn(other.exchange, other.connection, others)?.exchange === inner,
  );
  return found ?? null;
}
