// Refusals for which the clock or a token is to blame, and a forward proxy in the way.

import { connect } from "node:net";
import { frontAddress } from "../addresses.ts";
import { sleep } from "../peer-context.ts";
import { refuseWith, serveHttp } from "../peers/http.ts";
import { ended, rawDial, rawListen, readHead } from "../peers/raw.ts";
import { client, dashboard, server, telemetry, url } from "../peers/rows.ts";
import { token } from "../token.ts";
import type { PeerRow, Scenario } from "../types.ts";

const hourMs = 3_600_000;
const refused = { dialledBy: "browser", kind: "upgrade-refused", status: 401 } as const;

/** A server that refuses with 401 and whose clock is this far ahead of ours. */
const refusing = (aheadMs: number): PeerRow =>
  server((peer) =>
    serveHttp(peer, (request, socket) => {
      const date = `Date: ${new Date(Date.now() + aheadMs).toUTCString()}`;
      refuseWith("401 Unauthorized", '{"message":"invalid token"}', ["Content-Type: application/json", date])(
        request,
        socket,
      );
    }),
  );

export const tokens: readonly Scenario[] = [
  {
    name: "jwt-expired-in-query",
    injects: "the token in the query expired ten minutes ago: 401",
    fast: true,
    peers: { server: refusing(0), browser: dashboard(() => {}, { url: `${url}?token=${token(-600)}` }) },
    expect: { connections: [refused], must: ["http.upgrade.refused"], may: ["jwt.expired"], mustNot: ["clock.skew"] },
  },
  {
    name: "jwt-valid-in-header",
    injects: "nothing: a valid token in Authorization, accepted",
    peers: {
      server: telemetry(),
      browser: dashboard((ws) => setTimeout(() => ws.close(1000), 1200), {
        headers: { Authorization: `Bearer ${token(3600)}` },
      }),
    },
    expect: {
      connections: [{ dialledBy: "browser", clientSees: 1000, serverSees: 1000 }],
      must: [],
      mustNot: ["jwt.expired"],
    },
  },
  {
    name: "jwt-expired-but-accepted",
    injects: "nothing fails: the server does not check the expired token in a cookie",
    peers: {
      server: telemetry(),
      browser: dashboard((ws) => setTimeout(() => ws.close(1000), 1200), {
        headers: { Cookie: `token=${token(-600)}` },
      }),
    },
    expect: {
      connections: [{ dialledBy: "browser", clientSees: 1000, serverSees: 1000 }],
      must: [],
      may: ["jwt.expired"],
    },
  },
  {
    name: "clock-skew",
    injects: "the server's clock is three hours ahead: a token that is good for an hour is refused with 401",
    fast: true,
    peers: {
      server: refusing(3 * hourMs),
      browser: dashboard(() => {}, { headers: { Authorization: `Bearer ${token(3600)}` } }),
    },
    expect: {
      connections: [refused],
      must: ["http.upgrade.refused", "clock.skew"],
      mustNot: ["jwt.expired"],
      blames: "The clocks of the two machines differ",
    },
  },
  {
    name: "connect-refused-403",
    injects: "a forward proxy refuses the CONNECT that a wss:// page makes",
    fast: true,
    peers: {
      server: server((peer) =>
        rawListen(peer, async (socket) => {
          await readHead(socket);
          socket.end("HTTP/1.1 403 Forbidden\r\nServer: squid/5.7\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        }),
      ),
      browser: client(async (peer) => {
        const socket = await rawDial(peer);
        socket?.write("CONNECT orin.telemetry.lan:443 HTTP/1.1\r\nHost: orin.telemetry.lan:443\r\n\r\n");
        socket?.resume();
        if (socket) await ended(socket);
      }),
    },
    expect: {
      connections: [{ dialledBy: "browser", kind: "http", status: 403 }],
      must: ["http.proxy.connect-refused"],
      mustNot: ["capture.no-websocket"],
    },
  },
  {
    name: "connect-tunnel",
    injects: "nothing: a WebSocket through a forward proxy's CONNECT tunnel",
    peers: {
      server: telemetry({ port: 8081 }),
      proxy: server((peer) =>
        rawListen(peer, async (socket) => {
          await readHead(socket);
          const onward = connect({ host: frontAddress, port: 8081 }, () => {
            socket.write("HTTP/1.1 200 Connection established\r\n\r\n");
            socket.pipe(onward).pipe(socket);
          });
        }),
      ),
      browser: client(async (peer) => {
        const socket = await rawDial(peer);
        if (!socket) return;
        socket.write(`CONNECT ${frontAddress}:8081 HTTP/1.1\r\nHost: ${frontAddress}:8081\r\n\r\n`);
        await readHead(socket);
        const row = dashboard((ws) => setTimeout(() => ws.close(1000), 1500), { createConnection: () => socket });
        await row.run(peer);
        await sleep(100);
      }),
    },
    expect: { connections: [], must: [] },
  },
  {
    name: "silent-application",
    injects: "the server accepts the subscription and never sends anything",
    peers: {
      server: telemetry({ path: "/", everyMs: 600_000 }),
      browser: dashboard((ws) => setTimeout(() => ws.close(1000), 8000)),
    },
    expect: { connections: [{ dialledBy: "browser", clientSees: 1000, serverSees: 1000 }], must: [] },
  },
];
