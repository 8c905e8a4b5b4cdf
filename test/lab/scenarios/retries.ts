// What clients that try again meet: a refusal that passes, a server that dies and stays away.

import type { IncomingMessage } from "node:http";
import { sleep } from "../peer-context.ts";
import { rawDial, rawListen, upgradeRequest } from "../peers/raw.ts";
import { client, dashboard, leavingDashboard, server, telemetry } from "../peers/rows.ts";
import { listen } from "../peers/websocket.ts";
import type { PeerRow, Scenario } from "../types.ts";

/** Tries again each half second, until a WebSocket has come about and ended. */
const persistent = (dial: PeerRow, times: number): PeerRow =>
  client(async (peer) => {
    for (let n = 0; n < times; n += 1) {
      await dial.run(peer);
      await sleep(500);
    }
  });

export const retries: readonly Scenario[] = [
  {
    name: "token-refreshed",
    injects: "the token is too old: 401; the client fetches a new one and gets in half a second later",
    fast: true,
    peers: {
      server: telemetry({
        verifyClient: ({ req }: { req: IncomingMessage }) => req.headers.authorization === "Bearer new",
      }),
      browser: client(async (peer) => {
        await dashboard(() => {}, { headers: { authorization: "Bearer old" } }).run(peer);
        await sleep(500);
        await leavingDashboard(1500, { headers: { authorization: "Bearer new" } }).run(peer);
      }),
    },
    expect: {
      connections: [{ dialledBy: "browser" }],
      must: [],
      warns: ["http.upgrade.refused"],
    },
  },
  {
    name: "token-refused-beside-another",
    injects: "one tab has its WebSocket, the other tab's token is refused with 401 again and again",
    peers: {
      server: telemetry({
        verifyClient: ({ req }: { req: IncomingMessage }) => req.headers.authorization === "Bearer new",
      }),
      browser: leavingDashboard(3500, { headers: { authorization: "Bearer new" } }),
      otherTab: persistent(
        client(async (peer) => {
          await sleep(500);
          await dashboard(() => {}, { headers: { authorization: "Bearer old" } }).run(peer);
        }),
        2,
      ),
    },
    expect: { connections: [{ dialledBy: "otherTab", status: 401 }], must: [], mustOneOf: ["http.upgrade.refused"] },
  },
  {
    name: "starting-503",
    injects: "the server is starting: 503 three times, then it takes the client that tries again",
    peers: {
      server: server(async (peer) => {
        let asked = 0;
        await listen(peer, { verifyClient: (_info, done) => done(++asked > 3, 503) }, (ws) =>
          setTimeout(() => ws.close(1000), 1000),
        );
      }),
      browser: persistent(dashboard(), 4),
    },
    expect: { connections: [], must: [], warns: ["http.upgrade.refused"] },
  },
  {
    name: "killed-then-refused",
    injects: "SIGKILL ends the server for good; the client tries four times more and is refused",
    fast: true,
    peers: { server: telemetry(), browser: persistent(dashboard(), 5) },
    fault: async (stage) => {
      await stage.logged("browser", "open");
      await sleep(1100);
      stage.signal("server", "SIGKILL");
      return undefined;
    },
    // One death, one error: the refusals follow from it.
    expect: { connections: [], must: [], mustOneOf: ["ws.close.no-close-frame"] },
  },
  {
    name: "request-too-slow",
    injects: "the request comes in pieces, too slowly: the server answers 408 before it is whole",
    peers: {
      server: server(async (peer) => {
        await rawListen(peer, (socket) => {
          socket.on("data", () => {});
          setTimeout(() => socket.end("HTTP/1.1 408 Request Timeout\r\nConnection: close\r\n\r\n"), 1500);
        });
      }),
      browser: client(async (peer) => {
        const socket = await rawDial(peer);
        const request = upgradeRequest();
        for (let at = 0; socket !== null && !socket.destroyed && at < request.length; at += 40) {
          socket.write(request.slice(at, at + 40));
          await sleep(400);
        }
        socket?.destroy();
      }),
    },
    expect: {
      connections: [{ dialledBy: "browser", kind: "upgrade-refused", status: 408 }],
      must: ["http.upgrade.refused"],
      mustNot: ["http.upgrade.unanswered"],
    },
  },
];
