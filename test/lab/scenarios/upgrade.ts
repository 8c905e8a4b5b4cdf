// Upgrade requests that are not answered by a good 101.

import { sleep } from "../peer-context.ts";
import { refuseWith, serveHttp } from "../peers/http.ts";
import { ended, keyOf, rawDial, rawListen, readHead, switchingProtocols, upgradeRequest } from "../peers/raw.ts";
import { client, dashboard, server, telemetry, url } from "../peers/rows.ts";
import { watchTelemetry } from "../peers/telemetry.ts";
import type { PeerRow, Scenario } from "../types.ts";

const browser = dashboard();

/** A server that answers every upgrade with this status. */
const refusing = (status: string, body: string, fields: readonly string[] = []): PeerRow =>
  server((peer) => serveHttp(peer, refuseWith(status, body, fields)));

function refusal(name: string, status: string, body: string, rule: string, fields: readonly string[] = []): Scenario {
  return {
    name,
    injects: `the server answers the upgrade with ${status}`,
    fast: name === "not-found-404" || name === "redirect-301",
    peers: { server: refusing(status, body, ["Content-Type: text/plain", ...fields]), browser },
    expect: {
      connections: [{ dialledBy: "browser", kind: "upgrade-refused", status: Number(status.split(" ")[0]) }],
      must: [rule],
      mustNot: ["ws.close.no-close-frame", "tcp.rst", "http.upgrade.unanswered"],
    },
  };
}

/** A server whose 101 is written by hand. */
function answering(
  name: string,
  injects: string,
  rule: string,
  answer: (key: string) => string,
  options = {},
): Scenario {
  return {
    name,
    injects,
    fast: name === "accept-wrong" || name === "protocol-not-offered",
    peers: {
      server: server((peer) =>
        rawListen(peer, async (socket) => {
          socket.write(answer(keyOf(await readHead(socket))));
          socket.on("end", () => socket.end());
        }),
      ),
      browser: dashboard(() => {}, options),
    },
    expect: {
      connections: [{ dialledBy: "browser", firstCloser: "client" }],
      must: [rule],
      may: ["ws.close.no-close-frame"],
    },
  };
}

export const upgrades: readonly Scenario[] = [
  {
    name: "forbidden-403",
    injects: "verifyClient refuses the page's Origin with 403",
    fast: true,
    peers: {
      server: telemetry({ verifyClient: (_info, done) => done(false, 403, "Origin not allowed") }),
      browser: dashboard(() => {}, { origin: "http://evil.example" }),
    },
    expect: {
      connections: [{ dialledBy: "browser", kind: "upgrade-refused", status: 403 }],
      must: ["http.upgrade.refused"],
      mustNot: ["ws.close.no-close-frame", "tcp.rst"],
    },
  },
  {
    name: "unauthorized-401",
    injects: "verifyClient refuses with its default, 401",
    peers: { server: telemetry({ verifyClient: () => false }), browser },
    expect: {
      connections: [{ dialledBy: "browser", kind: "upgrade-refused", status: 401 }],
      must: ["http.upgrade.refused"],
      mustNot: ["ws.close.no-close-frame", "tcp.rst"],
    },
  },
  {
    name: "wrong-path-400",
    injects: "ws listens on /ws, the client dials /: 400",
    fast: true,
    peers: { server: telemetry({ path: "/ws" }), browser },
    expect: {
      connections: [{ dialledBy: "browser", kind: "upgrade-refused", status: 400 }],
      must: ["http.upgrade.refused"],
      mustNot: ["ws.close.no-close-frame", "tcp.rst"],
    },
  },
  refusal("not-found-404", "404 Not Found", "Not Found", "http.upgrade.refused"),
  refusal("too-many-429", "429 Too Many Requests", "slow down", "http.upgrade.refused", ["Retry-After: 30"]),
  refusal("server-error-500", "500 Internal Server Error", "oops", "http.upgrade.refused"),
  refusal("unavailable-503", "503 Service Unavailable", "starting", "http.upgrade.refused"),
  refusal("redirect-301", "301 Moved Permanently", "", "http.upgrade.redirected", ["Location: https://192.168.50.10/"]),
  {
    name: "plain-get-426",
    injects: "a health check asks the WebSocket port with a plain GET: 426, nobody wanted a WebSocket",
    peers: {
      server: telemetry(),
      browser: client(async (peer) => {
        const socket = await rawDial(peer);
        socket?.write("GET / HTTP/1.1\r\nHost: 192.168.50.10:8080\r\nConnection: close\r\n\r\n");
        socket?.resume();
        if (socket) await ended(socket);
      }),
    },
    expect: {
      connections: [{ dialledBy: "browser", kind: "http", status: 426 }],
      must: [],
      mustNot: ["http.upgrade.refused", "http.upgrade.fields-stripped"],
    },
  },
  {
    name: "page-returned",
    injects: "a Node server without upgrade listener answers the upgrade as a plain GET with its page",
    fast: true,
    peers: { server: server((peer) => serveHttp(peer, null)), browser },
    expect: {
      connections: [{ dialledBy: "browser", kind: "upgrade-refused", status: 200 }],
      must: ["http.upgrade.page-returned"],
      mustNot: ["http.upgrade.refused"],
    },
  },
  {
    name: "upgrade-unanswered",
    injects: "an upgrade listener ignores the socket; the client gives up after three seconds",
    fast: true,
    peers: {
      server: server((peer) => serveHttp(peer, () => {})),
      browser: dashboard(() => {}, { handshakeTimeout: 3000 }),
    },
    expect: {
      connections: [{ dialledBy: "browser", kind: "upgrade-unanswered", firstCloser: "client" }],
      must: ["http.upgrade.unanswered"],
    },
  },
  {
    name: "upgrade-too-late",
    injects: "the server answers the upgrade after four seconds, the client waits for two",
    peers: {
      server: server((peer) =>
        serveHttp(peer, (request, socket) => {
          const key = request.headers["sec-websocket-key"] ?? "";
          setTimeout(() => socket.write(switchingProtocols(key)), 4000);
        }),
      ),
      browser: client(async (peer) => {
        await watchTelemetry(peer, url, { handshakeTimeout: 2000 });
        await sleep(3000);
      }),
    },
    expect: {
      connections: [{ dialledBy: "browser", clientSees: 1006, firstCloser: "client" }],
      must: [],
      mustOneOf: ["http.upgrade.unanswered"],
      mustNot: ["ws.close.no-close-frame", "http.upgrade.closed-at-once"],
    },
  },
  {
    name: "upgrade-reset",
    injects: "something answers the upgrade request with RST",
    fast: true,
    peers: {
      server: server((peer) => rawListen(peer, (socket) => socket.once("data", () => socket.resetAndDestroy()))),
      browser,
    },
    expect: {
      connections: [{ dialledBy: "browser", kind: "upgrade-unanswered", firstCloser: "server", ending: "rst" }],
      must: ["http.upgrade.dropped"],
      mustNot: ["http.upgrade.unanswered"],
    },
  },
  {
    name: "upgrade-dropped",
    injects: "the path loses the upgrade request itself (every segment with data), retransmissions and all",
    network: "link",
    captures: [{ at: "client", interface: "eth0" }],
    peers: { server: telemetry(), browser: dashboard(() => {}, { handshakeTimeout: 4000 }) },
    prepare: async (stage) => stage.link.harm("up", { mtuBytes: 100 }),
    expect: {
      connections: [{ dialledBy: "browser", kind: "upgrade-unanswered" }],
      must: ["http.upgrade.dropped"],
      mustNot: ["http.upgrade.unanswered"],
    },
  },
  answering(
    "accept-wrong",
    "a caching proxy answers with the Sec-WebSocket-Accept of another key",
    "http.upgrade.accept-invalid",
    () => switchingProtocols("AAAAAAAAAAAAAAAAAAAAAA=="),
  ),
  answering("accept-missing", "the 101 has no Sec-WebSocket-Accept", "http.upgrade.accept-invalid", () =>
    ["HTTP/1.1 101 Switching Protocols", "Upgrade: websocket", "Connection: Upgrade", "\r\n"].join("\r\n"),
  ),
  answering("upgrade-field-missing", "the 101 has no Upgrade field", "http.upgrade.accept-invalid", (key) =>
    switchingProtocols(key).replace("Upgrade: websocket\r\n", ""),
  ),
  answering(
    "protocol-not-offered",
    "the 101 chooses a subprotocol that was not offered",
    "http.upgrade.not-negotiated",
    (key) => switchingProtocols(key, ["Sec-WebSocket-Protocol: mqtt"]),
    { protocols: ["telemetry.v1"] },
  ),
  answering(
    "protocol-not-chosen",
    "the client offers a subprotocol and the 101 chooses none",
    "http.upgrade.not-negotiated",
    (key) => switchingProtocols(key),
    { protocols: ["telemetry.v1"] },
  ),
  answering(
    "extension-not-offered",
    "the 101 grants permessage-deflate that was not offered",
    "http.upgrade.not-negotiated",
    (key) => switchingProtocols(key, ["Sec-WebSocket-Extensions: permessage-deflate"]),
    { perMessageDeflate: false },
  ),
  {
    name: "version-12",
    injects: "a very old client asks for version 12: ws answers 400 with the versions it speaks",
    fast: true,
    peers: {
      server: telemetry(),
      browser: client(async (peer) => {
        const socket = await rawDial(peer);
        socket?.write(upgradeRequest().replace("Version: 13", "Version: 12"));
        socket?.resume();
        if (socket) await ended(socket);
      }),
    },
    expect: {
      connections: [{ dialledBy: "browser", kind: "upgrade-refused", status: 400 }],
      must: ["http.upgrade.version"],
      may: ["http.upgrade.refused"],
    },
  },
  {
    name: "refused-403-ten-times",
    injects: "the client reconnects ten times and gets 403 each time",
    peers: {
      server: telemetry({ verifyClient: (_info, done) => done(false, 403) }),
      browser: client(async (peer) => {
        for (let times = 0; times < 10; times += 1) {
          await dashboard().run(peer);
          await sleep(200);
        }
      }),
    },
    expect: {
      connections: [{ dialledBy: "browser", kind: "upgrade-refused", status: 403 }],
      must: ["http.upgrade.refused"],
    },
  },
  {
    name: "vite-hmr",
    injects: "nothing: the page's own hot-reload socket of Vite, and no application socket",
    peers: {
      server: telemetry({ port: 8080, handleProtocols: () => "vite-hmr" }, (ws) => {
        ws.send(JSON.stringify({ type: "connected" }));
      }),
      browser: dashboard((ws) => setTimeout(() => ws.close(1001), 1500), {
        url: `${url}?token=abcdefgh`,
        protocols: ["vite-hmr"],
      }),
    },
    expect: { connections: [{ dialledBy: "browser", clientSees: 1001, serverSees: 1001 }], must: [] },
  },
];
