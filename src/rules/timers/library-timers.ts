import type { Side } from "../../base/brand.ts";
import type { ConnectionFacts } from "../../store/types.ts";
import type { CloseFrameFacts } from "../../store/websocket-types.ts";
import { cause } from "../draft.ts";
import { handshakeOf } from "../handshake/upgrade-outcome.ts";
import { directionOf, fieldValue } from "../reading/reading.ts";
import type { Cause } from "../types.ts";

/** A library that ends WebSockets by itself when it hears nothing, and where that is set. */
interface LibraryTimer {
  readonly library: string;
  /** What it says in its Close; null: it sends none, or says nothing in it. */
  readonly reason: RegExp | null;
  /** How it names itself: a server in Server, a client in User-Agent. */
  readonly product: RegExp | null;
  /** As it is written where it is set. */
  readonly setting: string;
  readonly source: string;
}

const libraries: readonly LibraryTimer[] = [
  {
    library: "Python websockets (uvicorn, FastAPI, Sanic)",
    reason: /^keepalive ping timeout$/,
    product: /\bwebsockets\/\d|^uvicorn/,
    setting: "ping_interval=20, ping_timeout=20; uvicorn --ws-ping-interval 20 --ws-ping-timeout 20",
    source: "https://websockets.readthedocs.io/en/stable/topics/keepalive.html",
  },
  {
    library: "Tornado",
    reason: /^ping timed out$/,
    product: /^TornadoServer\//,
    setting: "websocket_ping_interval, websocket_ping_timeout",
    source: "https://www.tornadoweb.org/en/stable/web.html#tornado.web.Application.settings",
  },
  {
    library: "aiohttp",
    reason: null,
    product: /\baiohttp\//,
    setting: "WebSocketResponse(heartbeat=…), ws_connect(heartbeat=…); half of it is the patience for a pong",
    source: "https://docs.aiohttp.org/en/stable/web_reference.html#websocketresponse",
  },
  {
    library: "libwebsockets",
    reason: null,
    product: /libwebsockets|^lws/i,
    setting: "lws_retry_bo_t: secs_since_valid_ping, secs_since_valid_hangup",
    source: "https://libwebsockets.org/lws-api-doc-main/html/group__timeout.html",
  },
  {
    library: "Jetty",
    reason: /\bIdle timeout expired\b|^(Connection )?Idle Timeout$/i,
    product: /^Jetty\(/,
    setting: "setIdleTimeout(Duration.ofMinutes(5))",
    source: "https://jetty.org/docs/jetty/12/programming-guide/server/websocket.html",
  },
  {
    library: "Tomcat",
    reason: /^The WebSocket session \[.*\].* timeout expired/,
    product: null,
    setting: "session.setMaxIdleTimeout(…)",
    source: "https://tomcat.apache.org/tomcat-10.1-doc/web-socket-howto.html",
  },
  {
    library: "Deno",
    reason: /^No response from ping frame\.$/,
    product: null,
    setting: "Deno.upgradeWebSocket(request, { idleTimeout: 120 })",
    source: "https://docs.deno.com/api/deno/~/Deno.UpgradeWebSocketOptions",
  },
];

/** The library whose own words this Close bears, as a cause; null: no library is known that says so. */
export function saysOwnTimer(close: CloseFrameFacts, to: Side): Cause | null {
  const known = libraries.find(({ reason }) => reason?.test(close.reason) === true);
  return known === undefined ? null : cause("likely", "libraryTimer", wordsOf(known, to));
}

/** The library at `side`, which gave up for want of a pong: by the words of its Close, or by how it names itself. */
export function givesUpItself(connection: ConnectionFacts, side: Side, to: Side): Cause | null {
  const close = connection.webSocket?.closeFrames[directionOf(side)] ?? null;
  const said = close !== null && close.reason !== "" ? saysOwnTimer(close, to) : null;
  if (said !== null) return { ...said, confidence: "possible" };
  const product = productOf(connection, side);
  const known = libraries.find((one) => one.product?.test(product) === true);
  return known === undefined ? null : cause("possible", "libraryTimer", wordsOf(known, to));
}

/** aiohttp gives a pong half of its interval. */
export const isAiohttp = (connection: ConnectionFacts, side: Side): boolean =>
  /\baiohttp\//.test(productOf(connection, side));

const wordsOf = ({ library, setting }: LibraryTimer, to: Side) => ({ library, setting, to });

/** How the library at `side` names itself: a server in Server, a client in User-Agent. */
export function productOf(connection: ConnectionFacts, side: Side): string {
  const exchange = handshakeOf(connection);
  const message = side === "server" ? exchange?.response : exchange?.request;
  return (message && fieldValue(message, side === "server" ? "server" : "user-agent")) ?? "";
}
