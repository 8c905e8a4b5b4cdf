/**
 * Timers that end connections, as data. A match needs the time *and* the right closer *and* the right way of ending;
 * what the peers say of themselves (Server, Via, CF-Ray …) supports it. Several products share a value: then they tie.
 */
export interface Timer {
  /** A product's own word; not translated. */
  readonly name: string;
  readonly seconds: number;
  readonly toleranceMs: number;
  /** Idle: since the last byte either way. Lifetime: since the 101, whatever was sent. */
  readonly kind: "idle" | "lifetime";
  /** Who ends it; a proxy is the server of the client's leg and the client of the backend's leg. */
  readonly closer: "client" | "server" | "proxy";
  readonly how: readonly ("fin" | "rst" | "silent" | "close")[];
  /** Fields of request or response whose text supports it. */
  readonly marks: RegExp | null;
  /** The setting to change, as it is written. */
  readonly setting: string;
  /** "" for the user's own. */
  readonly source: string;
}

const timer = (
  name: string,
  seconds: number,
  kind: Timer["kind"],
  closer: Timer["closer"],
  how: Timer["how"],
  marks: RegExp | null,
  setting: string,
  source: string,
  toleranceMs = 1000,
): Timer => ({ name, seconds, toleranceMs, kind, closer, how, marks, setting, source });

/** One of the user's own (`--timer name=seconds`): idle or lifetime, whoever closes. */
export const ownTimers = (name: string, seconds: number): Timer[] =>
  (["idle", "lifetime"] as const).map((kind) =>
    timer(name, seconds, kind, "proxy", ["fin", "rst", "silent", "close"], null, name, ""),
  );

export const knownTimers: readonly Timer[] = [
  timer(
    "nginx proxy_read_timeout",
    60,
    "idle",
    "proxy",
    ["fin"],
    /nginx|openresty|tengine/i,
    "proxy_read_timeout 3600s; proxy_send_timeout 3600s;",
    "https://nginx.org/en/docs/http/websocket.html",
  ),
  timer(
    "AWS ALB idle timeout",
    60,
    "idle",
    "proxy",
    ["fin", "rst"],
    /awselb|x-amzn-trace-id/i,
    "idle_timeout.timeout_seconds",
    "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/edit-load-balancer-attributes.html",
  ),
  timer(
    "HAProxy timeout tunnel / timeout client",
    60,
    "idle",
    "proxy",
    ["fin", "rst"],
    /haproxy/i,
    "timeout tunnel 1h",
    "https://github.com/haproxy/haproxy/blob/master/doc/configuration.txt",
  ),
  timer(
    "HAProxy timeout tunnel / timeout client",
    50,
    "idle",
    "proxy",
    ["fin", "rst"],
    /haproxy/i,
    "timeout tunnel 1h",
    "https://github.com/haproxy/haproxy/blob/master/doc/configuration.txt",
  ),
  timer(
    "HAProxy timeout tunnel / timeout client",
    30,
    "idle",
    "proxy",
    ["fin", "rst"],
    /haproxy/i,
    "timeout tunnel 1h",
    "https://github.com/haproxy/haproxy/blob/master/doc/configuration.txt",
  ),
  timer(
    "Heroku router idle timeout",
    55,
    "idle",
    "proxy",
    ["fin", "rst"],
    /vegur|heroku/i,
    "heartbeat < 55 s",
    "https://devcenter.heroku.com/articles/websockets",
  ),
  timer(
    "Cloudflare idle timeout",
    100,
    "idle",
    "proxy",
    ["fin", "rst"],
    /cloudflare|cf-ray/i,
    "heartbeat < 90 s",
    "https://developers.cloudflare.com/fundamentals/reference/connection-limits",
    2000,
  ),
  timer(
    "Cloudflare proxy read timeout",
    120,
    "idle",
    "proxy",
    ["fin", "rst"],
    /cloudflare|cf-ray/i,
    "heartbeat < 90 s",
    "https://developers.cloudflare.com/fundamentals/reference/connection-limits",
    2000,
  ),
  timer(
    "Google Cloud backend service timeout",
    30,
    "lifetime",
    "proxy",
    ["fin", "rst"],
    /\bgoogle\b|gfe/i,
    "timeoutSec",
    "https://cloud.google.com/load-balancing/docs/backend-service",
  ),
  timer(
    "uWebSockets idleTimeout",
    120,
    "idle",
    "server",
    ["fin", "rst"],
    /uwebsockets/i,
    "idleTimeout",
    "https://github.com/uNetworking/uWebSockets/blob/master/src/App.h",
    8000,
  ),
  timer(
    "Azure App Service / Load Balancer idle timeout",
    230,
    "idle",
    "proxy",
    ["fin", "rst"],
    /azure|arr\/|x-ms-/i,
    "heartbeat < 230 s",
    "https://learn.microsoft.com/en-us/troubleshoot/azure/app-service/web-request-times-out-app-service",
  ),
  timer(
    "Azure Load Balancer idle timeout",
    240,
    "idle",
    "proxy",
    ["rst", "silent"],
    /azure|x-ms-/i,
    "idleTimeoutInMinutes, enableTcpReset",
    "https://learn.microsoft.com/en-us/azure/load-balancer/load-balancer-tcp-reset",
    5000,
  ),
  timer(
    "Envoy stream_idle_timeout",
    300,
    "idle",
    "proxy",
    ["fin", "rst"],
    /envoy/i,
    "stream_idle_timeout",
    "https://www.envoyproxy.io/docs/envoy/latest/faq/configuration/timeouts",
  ),
  timer(
    "Jetty WebSocket idle timeout",
    300,
    "idle",
    "server",
    ["close", "fin"],
    /jetty/i,
    "idleTimeout",
    "https://jetty.org/docs/jetty/12/programming-guide/server/websocket.html",
  ),
  timer(
    "Oracle Cloud load balancer idle timeout",
    300,
    "idle",
    "proxy",
    ["fin", "rst"],
    null,
    "idleTimeout",
    "https://docs.cloud.oracle.com/iaas/Content/Balance/Reference/connectionreuse.htm",
  ),
  timer(
    "AWS NLB / NAT gateway idle timeout",
    350,
    "idle",
    "proxy",
    ["rst", "silent"],
    null,
    "heartbeat < 350 s",
    "https://docs.aws.amazon.com/elasticloadbalancing/latest/network/update-idle-timeout.html",
    5000,
  ),
  timer(
    "AWS API Gateway idle timeout",
    600,
    "idle",
    "proxy",
    ["close", "fin"],
    /x-amzn|apigw/i,
    "heartbeat < 600 s",
    "https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-execution-service-websocket-limits-table.html",
  ),
  timer(
    "AWS API Gateway connection duration",
    7200,
    "lifetime",
    "proxy",
    ["close", "fin"],
    /x-amzn|apigw/i,
    "reconnect",
    "https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-execution-service-websocket-limits-table.html",
    5000,
  ),
  timer(
    "Socket.IO connectTimeout",
    45,
    "lifetime",
    "server",
    ["fin", "close"],
    null,
    "connectTimeout",
    "https://github.com/socketio/socket.io/blob/main/packages/socket.io/lib/index.ts",
  ),
  timer(
    "Linux TCP keepalive (tcp_keepalive_time)",
    7200,
    "idle",
    "proxy",
    ["rst", "silent"],
    null,
    "net.ipv4.tcp_keepalive_time",
    "https://docs.kernel.org/networking/ip-sysctl.html",
    5000,
  ),
];

/** A heartbeat habit: pings at this interval, and an end so long after the last pong when they stay unanswered. */
export interface HeartbeatHabit {
  readonly name: string;
  readonly pinger: "client" | "server" | "either";
  readonly intervalSeconds: number;
  /** Range of the time from the last pong to the end. */
  readonly giveUpSeconds: readonly [number, number];
  readonly setting: string;
  readonly source: string;
}

export const heartbeatHabits: readonly HeartbeatHabit[] = [
  {
    name: "ws heartbeat (terminate on the next tick)",
    pinger: "server",
    intervalSeconds: 30,
    giveUpSeconds: [29, 61],
    setting: "setInterval(…, 30000)",
    source: "https://github.com/websockets/ws#how-to-detect-and-close-broken-connections",
  },
  {
    name: "10 s ping / 30 s pong timeout",
    pinger: "server",
    intervalSeconds: 10,
    giveUpSeconds: [29, 41],
    setting: "30 s pong timeout",
    source: "https://github.com/websockets/ws#how-to-detect-and-close-broken-connections",
  },
  {
    name: "Python websockets ping_interval/ping_timeout",
    pinger: "either",
    intervalSeconds: 20,
    giveUpSeconds: [19, 41],
    setting: "ping_timeout=20",
    source: "https://websockets.readthedocs.io/en/stable/topics/keepalive.html",
  },
];
