import { mkdtemp, readFile, rm } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { WebSocket, WebSocketServer } from "ws";
import { findTool } from "../../src/source/live/find-tool.ts";
import { program, wscap } from "../support/run-cli.ts";
import { Tmux, tmuxMissing } from "../support/tmux.ts";

function cannotCapture(): string | null {
  if (process.geteuid?.() !== 0) return "capturing needs root";
  return findTool("tcpdump") === null ? "tcpdump is not installed" : null;
}

const missing = tmuxMissing ?? cannotCapture();
if (missing !== null && process.env["WSCAP_REQUIRE_ALL"] === "1") throw new Error(missing);

let folder = "";
let server: WebSocketServer;
let tmux: Tmux;
const clients: WebSocket[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "wscap-live-screen-"));
  server = new WebSocketServer({ port: 0, host: "127.0.0.1" });
  server.on("connection", (socket) => socket.on("message", (data) => socket.send(data)));
  await new Promise((resolve) => server.once("listening", resolve));
});

afterEach(async () => {
  for (const client of clients.splice(0)) client.terminate();
  await tmux?.close();
  server.close();
  await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
});

const port = (): number => (server.address() as AddressInfo).port;

async function connect(path: string): Promise<WebSocket> {
  const client = new WebSocket(`ws://127.0.0.1:${port()}${path}`);
  client.on("error", () => undefined);
  clients.push(client);
  await new Promise((resolve) => client.once("open", resolve));
  client.send(`hello from ${path}`);
  return client;
}

describe.skipIf(missing !== null)("the screen over a live capture", () => {
  it("shows connections as they come, freezes, stops, and asks before an unsaved capture is lost", async () => {
    tmux = await Tmux.open(140, 45);
    await tmux.type(`clear; node ${program} live -i lo -p ${port()}; echo ended with $?`);
    await tmux.press("Enter");
    await tmux.until("waiting");
    const first = await connect("/first");
    await tmux.until(/○ +#0 .*\/first +still open/);
    first.close(1000, "done");
    await tmux.until(/✓ +#0 .*clean, 1000/);
    await tmux.press("f");
    await tmux.until("FROZEN");
    const second = await connect("/second");
    await tmux.until(/FROZEN, \d+ packets behind/);
    expect(await tmux.screen()).not.toContain("/second");
    await tmux.press("f");
    await tmux.until(/○ +#1 .*\/second +still open/);
    await tmux.press("Enter");
    await tmux.until("hello from /second");
    // An open ladder goes on with its connection.
    second.send("more of it");
    await tmux.until("more of it");
    second.terminate();
    await tmux.until(/FIN ACK|RST {2}reset/);
    await tmux.press("Escape");
    await tmux.until(/1006: client (FIN|RST), no Close/);
    await tmux.press("Enter");
    await tmux.until("hello from /second");
    await tmux.press("Escape");
    await tmux.until("What happened");
    await tmux.press("a");
    await tmux.until("Note on connection #1");
    await tmux.type("pulled the plug");
    await tmux.press("C-s");
    await tmux.until("✎ pulled the plug");
    await tmux.press("x");
    await tmux.until("capture ended");
    await tmux.press("q");
    await tmux.until("Quit?");
    await tmux.press("n");
    const path = join(folder, "kept.pcapng");
    await tmux.until("What happened");
    await tmux.press("s");
    await tmux.until("packets as captured");
    await tmux.press("Up", "C-u");
    await tmux.type(path);
    await tmux.press("Enter");
    await tmux.until(`saved: ${path}`);
    await tmux.press("q");
    await tmux.until("ended with 0");
    expect(await tmux.modes()).toEqual({ alternate: false, cursor: true, mouse: false });
    const { stdout } = await wscap(["report", "--format", "json", path]);
    const model = JSON.parse(stdout) as { totals: { webSockets: number } };
    expect(model.totals.webSockets).toBe(2);
    expect(await readFile(`${path}.wscap.json`, "utf8")).toContain("pulled the plug");
    await rm(`${path}.wscap.json`);
    expect((await wscap(["report", "--format", "json", path])).stdout).toContain("pulled the plug");
  });
});
