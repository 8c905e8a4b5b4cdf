// A real browser: what its `onclose` says, and what its network layer does while the page cannot.

import { frontAddress } from "../addresses.ts";
import type { Browser } from "../browser.ts";
import { startBrowser } from "../browser.ts";
import { sleep } from "../peer-context.ts";
import { serveHttp } from "../peers/http.ts";
import { server, telemetry } from "../peers/rows.ts";
import { serveSocketIo } from "../peers/socket-io.ts";
import type { Stage } from "../stage.ts";
import type { Expectation, PeerRow, Scenario } from "../types.ts";

const pageUrl = `http://${frontAddress}:3000/`;
const watch = `watch("ws://${frontAddress}:8080/")`;
/** The page's own server, whose Origin is then the page's. */
const pages = server((peer) => serveHttp(peer, null, 3000));

function browsing(
  name: string,
  injects: string,
  serverRow: PeerRow,
  act: (browser: Browser, stage: Stage) => Promise<unknown>,
  expect: Expectation,
): Scenario {
  return {
    name,
    injects,
    seconds: 40,
    peers: { server: serverRow, pages },
    fault: async (stage) => {
      const browser = await startBrowser(stage);
      await browser.open(pageUrl);
      await act(browser, stage);
      const opened = stage.log.find(({ peer, event }) => peer === "server" && event === "open");
      if (opened?.connection) stage.heard({ peer: "browser", event: "address", connection: opened.connection });
      await sleep(500);
      return "over";
    },
    expect,
  };
}

export const browsers: readonly Scenario[] = [
  browsing(
    "browser-clean-close",
    "nothing: the page closes with 1000",
    telemetry({ beat: [1000, 3000] }),
    async (browser, stage) => {
      browser.run(watch);
      await stage.logged("browser", "received");
      browser.run("ws.close(1000, 'done')");
      await stage.logged("browser", "close");
    },
    {
      connections: [{ dialledBy: "browser", clientSees: 1000, serverSees: 1000, closedBy: "client", ending: "fin" }],
      must: [],
    },
  ),
  browsing(
    "browser-tab-closed",
    "nothing: the tab is closed, Chromium sends 1001",
    telemetry({ beat: [1000, 3000] }),
    async (browser, stage) => {
      browser.run(watch);
      await stage.logged("browser", "received");
      browser.closeTab();
      await stage.logged("server", "close");
    },
    {
      // Nobody is left in the tab to be told anything.
      connections: [{ dialledBy: "browser", serverSees: 1001, closedBy: "client", ending: "fin" }],
      must: [],
    },
  ),
  browsing(
    "browser-javascript-blocked",
    "the page's JavaScript is blocked for six seconds: Chromium goes on answering pings by itself",
    telemetry({ beat: [1000, 3000] }),
    async (browser, stage) => {
      browser.run(watch);
      await stage.logged("browser", "received");
      browser.run("const until = Date.now() + 6000; while (Date.now() < until);");
      await stage.logged("server", "pong", 8);
      browser.run("ws.close(1000)");
      await stage.logged("browser", "close");
    },
    {
      connections: [{ dialledBy: "browser", clientSees: 1000, serverSees: 1000, closedBy: "client", ending: "fin" }],
      must: [],
      mustNot: ["ws.pong.missing"],
    },
  ),
  browsing(
    "browser-403",
    "the server refuses the page's Origin: the page learns 1006 and nothing else",
    telemetry({ verifyClient: (_info, done) => done(false, 403) }),
    async (browser, stage) => {
      browser.run(watch);
      await stage.logged("browser", "close");
    },
    { connections: [], must: ["http.upgrade.refused"] },
  ),
  browsing(
    "browser-refused",
    "nothing listens: the page learns 1006 and nothing else",
    server(async (peer) => {
      peer.log("listening", { port: null });
      setInterval(() => {}, 1000);
    }),
    async (browser, stage) => {
      browser.run(watch);
      await stage.logged("browser", "close");
    },
    { connections: [], must: ["tcp.open.refused"] },
  ),
  browsing(
    "browser-protocol-not-chosen",
    "the page asks for a subprotocol that the server does not choose: Chromium fails the WebSocket",
    telemetry({ handleProtocols: () => false }),
    async (browser, stage) => {
      browser.run(`watch("ws://${frontAddress}:8080/", ["telemetry.v1"])`);
      await stage.logged("browser", "close");
    },
    { connections: [], must: ["http.upgrade.not-negotiated"], may: ["ws.close.no-close-frame"] },
  ),
  browsing(
    "browser-terminated",
    "the server terminates: the page's onclose says 1006",
    telemetry({}, (ws) => setTimeout(() => ws.terminate(), 1500)),
    async (browser, stage) => {
      browser.run(watch);
      await stage.logged("browser", "close");
    },
    {
      connections: [{ dialledBy: "browser", clientSees: 1006, serverSees: 1006, firstCloser: "server" }],
      must: ["ws.close.no-close-frame"],
    },
  ),
  browsing(
    "browser-cors",
    "Socket.IO's polling from a page whose Origin is not allowed: Chromium hides the answer from the page",
    server((peer) => serveSocketIo(peer, { cors: { origin: "http://app.example" } }, undefined, 8080)),
    async (browser, stage) => {
      browser.run(
        `fetch("http://${frontAddress}:8080/socket.io/?EIO=4&transport=polling").catch((e) => console.log(JSON.stringify({ event: "error", message: String(e) })))`,
      );
      await stage.logged("browser", "error");
    },
    { connections: [], must: ["http.cors.refused"] },
  ),
];
