import { appendTo } from "../../base/append-to.ts";
import type { ConnectionId } from "../../base/brand.ts";
import { sidIn } from "../../base/session-id.ts";
import type { HttpExchangeFacts } from "../../store/http-types.ts";
import type { ConnectionFacts } from "../../store/types.ts";
import type { Context } from "../context/context.ts";
import { type Asked, type Others, pairKey, passedOn } from "../context/others.ts";
import { GONE_WITHIN_NS, isRefusedByHost } from "../context/refused-by-host.ts";
import { isSameLeg } from "../context/sessions.ts";
import { lacksBackend, TOGETHER_NS } from "../ending/end-signs.ts";
import { hungUpBefore, inFrontOf } from "../ending/hung-up-poll.ts";
import { handshakeOf, isClosedUnread, isFailedPoll, type Outcome, outcomeOf } from "../handshake/upgrade-outcome.ts";
import { endOf, serverOf } from "../reading/reading.ts";
import { before, type TimeIndex, timeIndex, within } from "../reading/time-index.ts";
import { missedBeat } from "../rhythm/heartbeat.ts";
import { meetsNoTls } from "../sealed/tls-mismatch.ts";
import { alikeAtProxy } from "./alike-at-proxy.ts";

const NONE: TimeIndex<ConnectionFacts> = { times: [], items: [] };

/**
 * Connections that are judged together: what carries one WebSocket (the legs of its proxies, the copies of a connection
 * that was captured at both ends, or went on from another port), what a proxy tried towards its backend while it kept a client waiting for a gateway
 * error, a client's attempts that its proxy answered alike, the attempts that a port refused after its server had dropped a WebSocket, and those that got no answer while the
 * path was dead. In order of their first packets.
 */
export function storiesOf(context: Context): ConnectionFacts[][] {
  const { analysis, joins, others } = context;
  const heads = new Map<ConnectionId, ConnectionId>();
  const headOf = (id: ConnectionId): ConnectionId => {
    let head = id;
    for (let next = heads.get(head); next !== undefined; next = heads.get(head)) head = next;
    if (head !== id) heads.set(id, head);
    return head;
  };
  const unite = (a: ConnectionFacts, b: ConnectionFacts): void => {
    const [first, second] = [headOf(a.id), headOf(b.id)];
    if (first !== second) heads.set(Math.max(first, second) as ConnectionId, Math.min(first, second) as ConnectionId);
  };
  for (const { front, back } of joins.all) unite(front, back);
  const failed = timeIndex(
    analysis.connections.filter(
      (one) => one.kind === "tcp-refused" || one.kind === "tcp-unanswered" || meetsNoTls(one),
    ),
    ({ first }) => first.timestampNs,
  );
  const alikeBefore = alikeAtProxy(analysis);
  for (const connection of analysis.connections) {
    const alike = alikeBefore(connection);
    if (alike !== null) unite(alike, connection);
    for (const stray of context.rebound.get(connection.id) ?? []) unite(connection, stray);
    for (const attempt of backendAttempts(connection, failed)) unite(connection, attempt);
    for (const other of backendRefusals(connection, others)) unite(connection, other);
    const dropped = deathBefore(connection, context);
    if (dropped !== null) for (const one of [dropped, ...brokenOffWith(dropped, context)]) unite(one, connection);
    const dead = context.lostDials().by.get(connection.id);
    if (dead !== undefined) unite(dead.connection, connection);
  }
  const stories = new Map<ConnectionId, ConnectionFacts[]>();
  for (const connection of analysis.connections) {
    const head = headOf(connection.id);
    appendTo(stories, head, connection);
  }
  return [...stories.values()];
}

/**
 * The WebSocket, or the poll, whose end without a word was the last that was heard of a server before its port began to
 * refuse, or the proxy before it to say that it is gone: one death, however many attempts fail of it afterwards. Not one
 * that was given up for a reason of its own.
 */
function deathBefore(connection: ConnectionFacts, context: Context): ConnectionFacts | null {
  const isRefused = isRefusedByHost(connection, context);
  if (!isRefused && outcomeOf(connection) !== "gateway") return null;
  const { dropped, accepted, sockets, failed, backendGone } = context.others();
  const server = serverOf(connection);
  const at = connection.first.timestampNs;
  const last = before(dropped.get(server) ?? NONE, at).at(-1);
  const poll = hungUpBefore(connection, context);
  // What broke off together with it is the same death, which the WebSocket tells.
  if (
    poll !== null &&
    (last === undefined || endOf(last).timestampNs < endOf(poll.connection).timestampNs - TOGETHER_NS)
  )
    return (inFrontOf(poll, context.others()) ?? poll).connection;
  if (last === undefined) return null;
  const end = endOf(last).timestampNs;
  // A proxy accepts connections all the time.
  const served = isRefused ? accepted.get(server) : sockets.get(pairKey(connection));
  const isBack = within(served ?? NONE, end, at).length > 0;
  const failures = within((isRefused ? failed : backendGone).get(server) ?? NONE, end, at);
  const first = isRefused
    ? failures.find((one) => isRefusedByHost(one, context))
    : failures.find((one) => lacksBackend(one, context));
  if (isBack || first === undefined || first.first.timestampNs - end > GONE_WITHIN_NS) return null;
  return missedBeat(last, 1, context)?.gaveUp === true ? null : last;
}

/** The requests for a WebSocket of the session that polled there, which ended without an answer in the same moment. */
function brokenOffWith(dropped: ConnectionFacts, { sessions }: Context): readonly ConnectionFacts[] {
  const sid = dropped.webSocket === null ? sidIn(dropped.exchanges.at(-1)?.request?.target) : null;
  const mates = sid === null ? [] : (sessions().get(sid) ?? []);
  return mates.filter(
    (mate) =>
      mate !== dropped &&
      mate.tcp.firstCloser === "server" &&
      isSameLeg(mate, dropped) &&
      handshakeOf(mate)?.response === null &&
      Math.abs(endOf(mate).timestampNs - endOf(dropped).timestampNs) <= TOGETHER_NS,
  );
}

/**
 * Another server that refused the same request, or left the same poll without an answer, while this client waited for the
 * same refusal, or for the proxy's word that none came: its proxy passed it on.
 */
const backendRefusals = (connection: ConnectionFacts, others: () => Others): ConnectionFacts[] =>
  connection.exchanges.flatMap((outer) => {
    if (outer.response === null || (outer.response.status < 400 && !isFailedPoll(outer))) return [];
    const passed = passedOn(outer, connection, others()) ?? unansweredBehind(outer, connection, others());
    if (passed === null || isClientsOwn(passed.connection, connection)) return [];
    const { request, response } = passed.exchange;
    const isSame =
      (response === null || response.status === outer.response.status) && queryOf(request) === queryOf(outer.request);
    return isSame ? [passed.connection] : [];
  });

/** On one machine the proxy and its client share an address. */
const isClientsOwn = (other: ConnectionFacts, { client, server }: ConnectionFacts): boolean =>
  other.client.address === client.address && client.address !== server.address;

/**
 * The poll without an answer that a proxy passed on: it says so (RFC 9110 §15.6.3, §15.6.5), or shows a page of its own instead
 * (nginx, error_page). Each poll has a query of its own.
 */
function unansweredBehind(outer: HttpExchangeFacts, connection: ConnectionFacts, { asked }: Others): Asked | null {
  const { request, response } = outer;
  if (!request || !response || !isFailedPoll(outer)) return null;
  const found = within(asked, request.first.timestampNs, response.first.timestampNs).find(
    ({ connection: other, exchange }) =>
      exchange.response === null &&
      exchange.request?.method === request.method &&
      queryOf(exchange.request) === queryOf(request) &&
      serverOf(other) !== serverOf(connection),
  );
  return found ?? null;
}

const queryOf = (request: HttpExchangeFacts["request"]): string | undefined => request?.target.split("?", 2)[1];

/** What a proxy answers, or does not, when it has no backend; a page and its own errors are what error_page makes of it. */
const WITHOUT_BACKEND: ReadonlySet<Outcome> = new Set(["gateway", "page", "refused", "unanswered"]);
/** Somebody looked at the request and did not like it. */
const OWN_WORDS: ReadonlySet<number> = new Set([400, 401, 403, 405, 413, 414, 426, 429, 431]);
/** Health checks that failed before: the proxy does not even try any more (503). */
const CHECKED_NS = 10e9;

/** Attempts at another server that failed while this request waited for its answer, or that it came too late for. */
function backendAttempts(connection: ConnectionFacts, failed: TimeIndex<ConnectionFacts>): ConnectionFacts[] {
  if (!WITHOUT_BACKEND.has(outcomeOf(connection))) return [];
  const { request, response } = handshakeOf(connection) ?? { request: null, response: null };
  if (!request || OWN_WORDS.has(response?.status ?? 0)) return [];
  // Who only forwards dials as soon as it is connected.
  const isUnread = isClosedUnread(connection);
  const asked = isUnread ? (connection.tcp.established ?? request.first) : request.first;
  const from = asked.timestampNs - (response?.status === 503 ? CHECKED_NS : 0);
  const until = isUnread ? endOf(connection) : (response?.first ?? connection.last);
  return within(failed, from, until.timestampNs).filter(
    (other) => serverOf(other) !== serverOf(connection) && !isClientsOwn(other, connection),
  );
}
