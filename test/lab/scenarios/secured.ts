// The same faults over TLS: with the keys that the server logs they are those of ws://; without, what can be said is true.

import { frontAddress, wssPort } from "../addresses.ts";
import { sleep } from "../peer-context.ts";
import { dashboard, leavingDashboard, type TelemetryOptions, telemetry } from "../peers/rows.ts";
import type { Expectation, Scenario } from "../types.ts";

const overTls = { url: `wss://${frontAddress}:${wssPort}/`, rejectUnauthorized: false };
const secure: TelemetryOptions = { secure: true, port: wssPort };

/** Nothing inside can be read: how TCP ended, and that keys would help. */
const closed = (row: Partial<Expectation["connections"][number]>, more: Partial<Expectation> = {}): Expectation => ({
  connections: [{ dialledBy: "browser", kind: "tls", ...row }],
  must: ["capture.no-websocket"],
  mustNot: ["ws.close.no-close-frame", "ws.pong.missing", "tls.handshake.failed", "tls.on-plain-port"],
  ...more,
});

export const secured: readonly Scenario[] = [
  {
    name: "wss-healthy",
    injects: "nothing: a dashboard over wss://, pings answered, closed with 1000",
    peers: { server: telemetry({ ...secure, beat: [1000, 3000] }), browser: leavingDashboard(3500, overTls) },
    expect: {
      connections: [{ dialledBy: "browser", clientSees: 1000, serverSees: 1000, closedBy: "client" }],
      must: [],
    },
    sealed: closed({ ending: "fin" }),
  },
  {
    name: "wss-server-killed",
    injects: "SIGKILL ends a wss:// server: FIN without Close and without close_notify",
    fast: true,
    peers: { server: telemetry(secure), browser: dashboard(() => {}, overTls) },
    fault: async (stage) => {
      await stage.logged("browser", "open");
      await sleep(1100);
      stage.signal("server", "SIGKILL");
      return undefined;
    },
    expect: {
      connections: [{ dialledBy: "browser", clientSees: 1006, firstCloser: "server", ending: "fin" }],
      must: [],
      mustOneOf: ["ws.close.no-close-frame"],
    },
    sealed: closed({ firstCloser: "server", ending: "fin" }),
  },
  {
    name: "wss-frozen-client",
    injects:
      "the client of a wss:// is frozen (SIGSTOP); the server pings every 1 s and terminates after 3 s without pong",
    peers: {
      server: telemetry({ ...secure, beat: [1000, 3000] }),
      browser: dashboard(() => {}, overTls),
    },
    fault: async (stage) => {
      await stage.logged("browser", "ping");
      await sleep(200);
      stage.signal("browser", "SIGSTOP");
      await stage.logged("server", "terminate");
      await sleep(300);
      return "over";
    },
    expect: {
      connections: [{ dialledBy: "browser", serverSees: 1006, firstCloser: "server", ending: "fin" }],
      must: [],
      mustOneOf: ["ws.pong.missing"],
      mustNot: ["tcp.path.blackhole", "ws.idle.timeout"],
    },
    sealed: closed({ firstCloser: "server", ending: "fin" }),
  },
  {
    name: "wss-rst-unread-input",
    injects: "a wss:// server that is stuck is killed while input is unread (SIGSTOP, SIGKILL): its kernel sends RST",
    peers: {
      server: telemetry(secure),
      browser: dashboard((ws) => {
        const timer = setInterval(() => ws.send(JSON.stringify({ type: "position", at: Date.now() })), 200);
        ws.on("close", () => clearInterval(timer));
      }, overTls),
    },
    fault: async (stage) => {
      await stage.logged("browser", "open");
      await sleep(1100);
      stage.signal("server", "SIGSTOP");
      await sleep(700);
      stage.signal("server", "SIGKILL");
      return undefined;
    },
    expect: {
      connections: [{ dialledBy: "browser", clientSees: 1006, firstCloser: "server", ending: "rst" }],
      must: [],
      mustOneOf: ["tcp.rst"],
      mustNot: ["tcp.rst.injected", "tcp.rst.after-idle"],
    },
    sealed: closed({ firstCloser: "server", ending: "rst" }),
  },
];
