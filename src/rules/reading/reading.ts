import type { Direction, Side } from "../../base/brand.ts";
import type { Mark } from "../../base/packet-view.ts";
import type { HttpExchangeFacts, HttpFieldFacts, HttpMessageFacts } from "../../store/http-types.ts";
import type { HalfFacts } from "../../store/tcp-types.ts";
import type { ConnectionFacts, Endpoint } from "../../store/types.ts";
import * as unread from "../../store/unread.ts";

/** Small readings of facts that several rules share. */

export const NS_PER_MS = 1e6;

export const directionOf = (side: Side): Direction => (side === "client" ? 0 : 1);
export const otherSide = (side: Side): Side => (side === "client" ? "server" : "client");

export const endpointText = (endpoint: Endpoint): string =>
  endpoint.address.includes(":") ? `[${endpoint.address}]:${endpoint.port}` : `${endpoint.address}:${endpoint.port}`;

export const serverOf = (connection: ConnectionFacts): string => endpointText(connection.server);
/** Both hosts, whatever the ports. */
export const hostsOf = ({ client, server }: ConnectionFacts): string => `${client.address} ${server.address}`;
export const clientOf = (connection: ConnectionFacts): string => endpointText(connection.client);

export const isLoopback = (address: string): boolean => address.startsWith("127.") || address === "::1";

/** From `from` to `to`; never negative, since captures are not always in order. */
export const spanMs = (from: Mark, to: Mark): number => Math.max(0, (to.timestampNs - from.timestampNs) / NS_PER_MS);

/** The same without what the capture's clock was set forward by in between. */
export const livedMs = ({ tcp }: ConnectionFacts, from: Mark, to: Mark): number =>
  tcp.clockSteps
    .filter(({ timestampNs }) => timestampNs > from.timestampNs && timestampNs <= to.timestampNs)
    .reduce((ms, step) => Math.max(0, ms - step.ms), spanMs(from, to));

/** When the connection ended, or the last that was seen of it. */
export const endOf = (connection: ConnectionFacts): Mark => connection.tcp.closedAt ?? connection.last;

/** How long it was open until then; of one whose beginning was not captured only what was seen of it. */
export function openFor(connection: ConnectionFacts, until: Mark): { openMs: number; atLeast: "atLeast" | undefined } {
  const { webSocket, tcp, first } = connection;
  const isFromMiddle = webSocket === null ? tcp.opening === "not-captured" : webSocket.midstream;
  return {
    openMs: livedMs(connection, webSocket?.openedAt ?? first, until),
    atLeast: isFromMiddle ? "atLeast" : undefined,
  };
}

/** Only one side was captured although the other spoke: its silence proves nothing. */
export const isBlind = ({ tcp }: ConnectionFacts): boolean =>
  tcp.oneWay && (tcp.halves[0].dataSegments > 0 || tcp.halves[1].packets > 0);

/** Bytes that were lost on the path and never repaired: neither missed by the capture nor cut off by it. */
export const lostBytes = (half: HalfFacts): number => half.missingBytes - half.notCapturedBytes - half.truncatedBytes;

/** What this side sent then lies behind bytes that were lost and never repaired: its peer's program cannot have got it. */
export function isBehindHole({ tcp }: ConnectionFacts, side: Side, mark: Mark): boolean {
  const half = tcp.halves[directionOf(side)];
  const { lastAcknowledged } = half;
  if (lostBytes(half) <= 0 || lastAcknowledged === null || lastAcknowledged.timestampNs >= mark.timestampNs)
    return false;
  return tcp.events.some(
    ({ kind, from, timestampNs }) =>
      kind === "gap" && from === side && timestampNs >= lastAcknowledged.timestampNs && timestampNs <= mark.timestampNs,
  );
}

/** What this side sent after `sinceNs` cannot be known. */
export const isUnread = ({ tcp, webSocket }: ConnectionFacts, side: Side, sinceNs: number): boolean =>
  webSocket !== null && unread.isUnread(tcp, webSocket, directionOf(side), sinceNs);

/** Nor what it sent behind the last of its frames that was read. */
export const hasUnreadEnd = ({ tcp, webSocket }: ConnectionFacts, side: Side): boolean =>
  webSocket !== null && unread.hasUnreadEnd(tcp, webSocket, directionOf(side));

/** In that time the capture lacks bytes of this side's WebSocket: whether something was said in them cannot be known. */
export function hasGap(
  { webSocket }: ConnectionFacts,
  side: Side,
  sinceNs: number,
  untilNs = Number.POSITIVE_INFINITY,
): boolean {
  const gaps = webSocket?.events.filter(({ code }) => code === "gap") ?? [];
  const areAll = gaps.length === (webSocket?.eventCounts["gap"] ?? 0);
  return (
    !areAll || gaps.some(({ from, timestampNs }) => from === side && timestampNs >= sinceNs && timestampNs <= untilNs)
  );
}

/** Up to when a connection was watched: the capture's last moment, or the present. */
export const watchedUntil = ({ watchedUntilNs }: ConnectionFacts, clockNs: number): number => watchedUntilNs ?? clockNs;

/** Nothing more can come: it was closed, or the capture stopped. */
export const hasEnded = (connection: ConnectionFacts): boolean => connection.tcp.ending !== "open";

export const later = (a: Mark | null | undefined, b: Mark | null | undefined): Mark | null =>
  !a ? (b ?? null) : !b ? a : a.timestampNs >= b.timestampNs ? a : b;

export const earlier = (a: Mark | null | undefined, b: Mark | null | undefined): Mark | null =>
  !a ? (b ?? null) : !b ? a : a.timestampNs <= b.timestampNs ? a : b;

/** Silence before a byte of this direction that was never acknowledged: all that was sent before it was. In ms. */
export function silenceBefore({ tcp, webSocket }: ConnectionFacts, direction: Direction, since: Mark): number {
  const marks = [
    tcp.halves[direction].lastAcknowledged,
    tcp.halves[direction === 0 ? 1 : 0].lastData,
    webSocket?.openedAt ?? tcp.established,
  ].filter((mark) => mark !== null && mark.timestampNs <= since.timestampNs);
  const last = marks.reduce<Mark | null>((a, b) => later(a, b), null);
  return last === null ? 0 : spanMs(last, since);
}

/** This side sent something after that moment; a Close, which libraries send by themselves, shows nothing. */
export function spokeBetween(
  { tcp, webSocket }: ConnectionFacts,
  direction: Direction,
  fromNs: number,
  toNs: number,
): boolean {
  const last =
    webSocket !== null && webSocket.closeFrames[direction] !== null
      ? webSocket.lastMessage[direction]
      : tcp.halves[direction].lastData;
  return last !== null && last.timestampNs > fromNs && last.timestampNs < toNs;
}

/** `wanted` in lower case; most names differ in length already. */
const isNamed = ({ name }: HttpFieldFacts, wanted: string): boolean =>
  name.length === wanted.length && name.toLowerCase() === wanted;

/** First value of a field (RFC 9110 §5.1: names are case-insensitive); null when absent. */
export function fieldValue(message: HttpMessageFacts, name: string): string | null {
  const wanted = name.toLowerCase();
  return message.fields.find((field) => isNamed(field, wanted))?.value ?? null;
}

const wordsIn = (value: string): string[] =>
  value
    .toLowerCase()
    .split(",")
    .map((part) => part.trim());

/** The field holds this word among its comma-separated ones. */
export const fieldHas = (message: HttpMessageFacts, name: string, word: string): boolean =>
  message.fields.some((field) => isNamed(field, name) && wordsIn(field.value).includes(word));

/** The comma-separated words of a field, in lower case. */
export const fieldWords = (message: HttpMessageFacts, name: string): string[] =>
  message.fields
    .filter((field) => isNamed(field, name))
    .flatMap(({ value }) => wordsIn(value))
    .filter((word) => word !== "");

const TELLING_PARAMETERS = new Set(["eio", "transport", "v", "version", "b64"]);

/** A target that may be shown: values of query parameters are left out (tokens travel there) but for the harmless ones. */
export function safeTarget(target: string): string {
  const at = target.indexOf("?");
  if (at < 0) return target;
  const query = target
    .slice(at + 1)
    .split("&")
    .map((pair) => {
      const name = pair.split("=", 1)[0] ?? "";
      return TELLING_PARAMETERS.has(name.toLowerCase()) || !pair.includes("=") ? pair.slice(0, 40) : `${name}=…`;
    });
  return `${target.slice(0, at)}?${query.join("&")}`;
}

/**
 * The path of a target, to stand in a configuration line or a command that people paste: anything that is not a plain
 * path comes from the network and has no place there.
 */
export function pathOf(target: string): string {
  const path = target.split("?", 1)[0] ?? "";
  return /^\/[\w.~/-]{0,100}$/.test(path) ? path : "<path>";
}

/** Stands in a configuration line where the capture does not show the backend. */
export const UNKNOWN_BACKEND = "127.0.0.1:<port>";

export const targetOf = (exchange: HttpExchangeFacts): string => safeTarget(exchange.request?.target ?? "?");

/** The request asks for a WebSocket (RFC 6455 §4.1), whole or with fields missing. */
export const wantsWebSocket = (request: HttpMessageFacts): boolean =>
  fieldValue(request, "sec-websocket-key") !== null || fieldHas(request, "upgrade", "websocket");

/** Asked after the outer request and answered before its answer, for the same path, the end of it, or with its query: passed on. */
export function nests(outer: HttpExchangeFacts, inner: HttpExchangeFacts): boolean {
  if (!outer.request || !outer.response || !inner.request || !inner.response) return false;
  const inside =
    inner.request.first.timestampNs >= outer.request.first.timestampNs &&
    inner.response.first.timestampNs <= outer.response.first.timestampNs;
  const [path = "", query] = outer.request.target.split("?", 2);
  const [innerPath = "", innerQuery] = inner.request.target.split("?", 2);
  return inside && (path.endsWith(innerPath) || (query !== undefined && query === innerQuery));
}

/** Names whoever stands between: its fields in a request. Empty: no mark of a proxy. */
export function proxyMarks(message: HttpMessageFacts): string {
  const names = ["Via", "X-Forwarded-For", "X-Real-IP", "X-Forwarded-Proto", "Forwarded", "CF-Ray", "X-Amzn-Trace-Id"];
  return names.filter((name) => fieldValue(message, name) !== null).join(", ");
}

/** Server software as it names itself. */
export const serverName = (exchange: HttpExchangeFacts): string | null =>
  exchange.response ? (fieldValue(exchange.response, "server") ?? fieldValue(exchange.response, "via")) : null;

/** Long enough for the sentence in which Apache says, at the end of its page, what it does not like. */
const SHOWN_OF_BODY = 160;

/** One line of what a body says, to be shown; a page's title where it says nothing else. */
export function bodyLine(text: string): string {
  const shown = lineOf(text.replace(/<title>[\s\S]*?<\/title>/gi, " "));
  return shown === "" ? lineOf(text) : shown;
}

function lineOf(text: string): string {
  const plain = text
    .replace(/<(style|script)[\s\S]*?<\/\1>/gi, " ")
    .replace(/<[^>]*>/g, " ")
    .replace(/\s+/g, " ")
    .trim();
  return plain.slice(0, SHOWN_OF_BODY);
}

/** A display filter to paste into Wireshark: by addresses and ports, so that it fits another copy of the capture too. */
export function filterOf(connection: ConnectionFacts): string {
  const { client, server } = connection;
  return `${hostFilter(client.address)} && ${hostFilter(server.address)} && tcp.port==${client.port} && tcp.port==${server.port}`;
}

/** All connections of one client with one server endpoint. */
export const pairFilterOf = (connection: ConnectionFacts): string =>
  `${hostFilter(connection.client.address)} && ${serverFilterOf(connection)}`;

/** All connections with one server endpoint. */
export const serverFilterOf = ({ server }: ConnectionFacts): string =>
  `${hostFilter(server.address)} && tcp.port==${server.port}`;

const hostFilter = (address: string): string =>
  address.includes(":") ? `ipv6.addr==${address}` : `ip.addr==${address}`;

/** Whose frame is the last one. */
export const lastSender = ({ webSocket }: ConnectionFacts): Side => {
  const [client, server] = webSocket?.lastFrame ?? [null, null];
  return later(client, server) === server && server !== null ? "server" : "client";
};
