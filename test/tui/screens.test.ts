import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { relativeNs } from "../../src/base/brand.ts";
import { displayWidth } from "../../src/base/display-width.ts";
import { type Language, languages } from "../../src/i18n/language.ts";
import type { Desk } from "../../src/session/detail-types.ts";
import { Line } from "../../src/tui/cells.ts";
import { keymap } from "../../src/tui/keymap.ts";
import { connectionRows } from "../../src/tui/rows/connection-row.ts";
import { contextOf, Driver, openDesk } from "../support/open-desk.ts";
import { screenOf as screen, textOf as text, visible } from "../support/screen-text.ts";
import { withoutKeys } from "../support/without-keys.ts";

const SIZES = [
  [24, 80],
  [45, 140],
  [10, 40],
  [100, 300],
] as const;

let trouble: Desk;
let proxied: Desk;
let refused: Desk;
let socketIo: Desk;
let frozen: Desk;
let sealedFrozen: Desk;

const sealed = withoutKeys("captures/wss-frozen-client.pcapng", afterAll);

beforeAll(async () => {
  [trouble, proxied, refused, socketIo, frozen] = (await Promise.all(
    ["trouble.pcapng", "proxied-any.pcap", "refused.pcap", "socketio-nginx.pcapng", "frozen-client.pcap"].map((name) =>
      openDesk(`captures/${name}`),
    ),
  )) as [Desk, Desk, Desk, Desk, Desk];
  sealedFrozen = await openDesk(sealed);
});

const driver = (desk: Desk, rows: number, columns: number, language: Language = "en", live = false): Driver =>
  new Driver(desk, contextOf(language), rows, columns, live);

const paths: readonly (readonly [string, readonly string[]])[] = [
  ["connections", []],
  ["grouped", ["b", "b", "b"]],
  ["findings", ["2"]],
  ["explained", ["e"]],
  ["heartbeat", ["3"]],
  ["statistics", ["4"]],
  ["ladder", ["enter"]],
  ["ladder, session", ["enter", "v", "v"]],
  ["ladder, packets", ["enter", "v"]],
  ["detail", ["enter", "enter"]],
  ["detail, text", ["enter", "enter", "tab"]],
  ["detail, JSON", ["enter", "enter", "tab", "tab"]],
  ["detail, hex", ["enter", "enter", "tab", "tab", "tab"]],
  ["packet bytes", ["enter", "v", "g", "enter", "tab"]],
  ["compared", ["enter", "space", "down", "="]],
];

describe.each(languages)("every view in %s", (language) => {
  it.each(SIZES)("fits %i rows of %i columns exactly", async (rows, columns) => {
    for (const desk of [trouble, proxied, refused, socketIo]) {
      for (const [, keys] of paths) {
        const it = driver(desk, rows, columns, language);
        await it.press(...keys);
        const lines = screen(it);
        expect(lines).toHaveLength(rows);
        for (const line of lines) expect(displayWidth(line), line).toBeLessThanOrEqual(columns);
      }
    }
  });
});

describe("connections", () => {
  it("shows failures first, and what to do about the one under the cursor", () => {
    const lines = screen(driver(trouble, 24, 80));
    expect(lines[2]).toMatch(/^›✗ +#1 .*missing pong — 1006: server FIN/);
    expect(lines.slice(2, 6).map((line) => /#(\d)/.exec(line)?.[1])).toEqual(["1", "2", "3", "0"]);
    expect(lines.join("\n")).toContain("The client stopped answering pings");
    expect(lines.join("\n")).toContain("→ Look at the client's CPU load");
  });

  it("says what happened in the words of the one who reads it", () => {
    const lines = text(driver(trouble, 45, 200));
    expect(lines).toContain("1006: server RST, no Close, 4.3 s after last pong");
    expect(lines).toContain("clean, 1000");
    expect(text(driver(trouble, 24, 100, "zh-CN"))).toContain("服务器 RST，无 Close 帧");
  });

  it("shows a refused connection as failed, also where no error is told of it", async () => {
    const it = driver(refused, 45, 140);
    const quiet = { ...refused.getSnapshot(), revision: 99, findings: [] };
    await it.dispatch({ kind: "snapshot", snapshot: quiet, progress: null });
    expect(text(it)).toMatch(/✗ +#0 /);
  });

  it("says one thing once", () => {
    expect(text(driver(refused, 24, 120))).toContain("connection refused (RST)");
    expect(text(driver(refused, 24, 120, "zh-CN"))).toContain("连接被拒绝（RST）");
  });

  it("filters, says so, and drops the filter with Esc", async () => {
    const it = driver(trouble, 24, 80);
    await it.dispatch({ kind: "dialog", result: { kind: "filter", value: "code:1000", done: true } });
    expect(text(it)).toContain("filter: code:1000");
    expect(text(it)).toContain("clean, 1000");
    expect(text(it)).not.toContain("1006: server RST");
    await it.press("escape");
    expect(text(it)).toContain("1006: server RST");
  });

  it("speaks of the filter only where it chooses", async () => {
    const it = driver(trouble, 24, 80);
    await it.dispatch({ kind: "dialog", result: { kind: "filter", value: "code:1000", done: true } });
    for (const view of ["2", "3", "4"]) {
      await it.press(view);
      expect(text(it)).not.toContain("filter:");
    }
    await it.press("1");
    expect(text(it)).toContain("filter: code:1000");
  });

  it("tells on each leg of a proxy which connections are one WebSocket", () => {
    expect(text(driver(proxied, 45, 140))).toContain("#0 and #1 are one WebSocket");
    expect(text(driver(proxied, 45, 140, "zh-CN"))).toContain("#0 和 #1 是同一个 WebSocket");
  });

  it("tells on one leg what is wrong with the other, and e explains that", async () => {
    const it = driver(proxied, 45, 140);
    const before = proxied.getSnapshot();
    const [error] = trouble.getSnapshot().findings;
    const front = before.connections[0];
    if (error === undefined || front === undefined) throw new Error("the captures have changed");
    const behind = before.connections.find(({ id }) => id !== front.id)?.id ?? null;
    const findings = [{ ...error, connectionId: behind, alsoConnections: [] }];
    await it.dispatch({ kind: "snapshot", snapshot: { ...before, revision: 98, findings }, progress: null });
    await it.dispatch({ kind: "snapshot", snapshot: { ...before, revision: 99, findings }, progress: null });
    // The leg that has it comes first.
    expect(screen(it)[2]).toContain(`#${behind}`);
    await it.press("down");
    expect(text(it)).toContain(`✗ #${behind} The server reset the WebSocket (RST)`);
    await it.press("e");
    expect(text(it)).toContain(error.ruleId);
  });

  it("does not call well what could not be read, nor what was refused", async () => {
    const sealed = driver(sealedFrozen, 24, 80);
    const quiet = { ...sealedFrozen.getSnapshot(), revision: 99, findings: [] };
    await sealed.dispatch({ kind: "snapshot", snapshot: quiet, progress: null });
    await sealed.press("e");
    expect(text(sealed)).not.toContain("nothing is wrong");
    expect(text(sealed)).toContain("whether something is wrong inside cannot be seen");
    const failed = driver(refused, 24, 80);
    const unexplained = { ...refused.getSnapshot(), revision: 99, findings: [] };
    await failed.dispatch({ kind: "snapshot", snapshot: unexplained, progress: null });
    await failed.press("e");
    expect(text(failed)).toContain("no finding explains this: refused (RST)");
  });

  it("finds connections by what their messages say", async () => {
    const it = driver(trouble, 24, 100);
    const value = 'text:"no such words anywhere"';
    await it.dispatch({ kind: "dialog", result: { kind: "filter", value, done: true } });
    expect(text(it)).toContain("No connection matches");
    await it.dispatch({ kind: "dialog", result: { kind: "filter", value: "text:speedKmh", done: true } });
    expect(text(it)).toContain("#0");
  });

  it("keeps the cursor on its connection while the order changes", async () => {
    const it = driver(trouble, 24, 80);
    await it.press("down", "down");
    expect(it.state.list.cursor).toBe(3);
    await it.press("o", "O");
    expect(it.state.list.cursor).toBe(3);
    expect(screen(it).find((line) => line.startsWith("›"))).toContain("#3");
  });

  it("tells clients of one address by their ports, also where there is little room", async () => {
    const clients = [60004, 55592, 60006, 55600, 55602];
    const it = driver(socketIo, 24, 80);
    for (const port of clients) expect(text(it)).toContain(`:${port} `);
    // Here each client has an address of its own, and that is what there is room for.
    expect(text(driver(trouble, 24, 80))).toMatch(/192\.168\.50\.23 +\//);
  });

  it("opens the marked connections side by side", async () => {
    const it = driver(trouble, 45, 140);
    await it.press("space", "down", "space", "enter");
    expect(it.state.ladder.ids).toEqual([1, 2]);
    expect(text(it)).toContain("192.168.50.22");
    expect(text(it)).toContain("192.168.50.23");
  });

  it("takes a mark away with the same key, so that Enter opens the one under the cursor", async () => {
    const it = driver(trouble, 45, 140);
    await it.press("down", "space");
    expect(text(it)).toContain("1 marked: Enter opens it, s saves, U unmarks");
    await it.press("space");
    expect(text(it)).toContain("nothing is marked");
    await it.press("enter");
    expect(it.state.ladder.ids).toEqual([2]);
  });

  it("stays on what is marked while newer connections come", async () => {
    const live = driver(trouble, 45, 140, "en", true);
    const all = trouble.getSnapshot();
    await live.dispatch({
      kind: "snapshot",
      snapshot: { ...all, connections: all.connections.slice(0, 2) },
      progress: null,
    });
    await live.press("space");
    await live.dispatch({ kind: "snapshot", snapshot: { ...all, revision: 99 }, progress: null });
    await live.press("space", "enter");
    expect(live.state.ladder.ids).toEqual([1]);
  });
});

describe("ladder", () => {
  it("begins at the evidence, marked, and jumps to the next", async () => {
    const it = driver(trouble, 24, 80);
    await it.press("enter");
    const line = screen(it).find((row) => row.startsWith("›"));
    expect(line).toMatch(/^›◆ +8\.1685 +117 .*pong/);
    await it.press("]");
    expect(screen(it).find((row) => row.startsWith("›"))).toMatch(/201 .*ping/);
    await it.press("[");
    expect(screen(it).find((row) => row.startsWith("›"))).toMatch(/ 117 .*pong/);
  });

  it("draws what is left out, and reset and Close in full voice", async () => {
    const it = driver(trouble, 45, 100);
    await it.press("down", "down", "enter");
    await it.press("v", "v");
    expect(it.state.ladder.level).toBe("session");
    expect(text(it)).toMatch(/… 8\.0 s, \d+ arrows not shown …/);
    expect(text(it)).toMatch(/◀━ RST {2}reset by the server ━+/);
  });

  it("searches messages and heads, forwards, backwards, around the end", async () => {
    const it = driver(trouble, 24, 100);
    const cursor = (): string => screen(it).find((row) => row.startsWith("›")) ?? "";
    await it.press("enter", "g");
    await it.dispatch({ kind: "dialog", result: { kind: "search", value: "SPEEDkmh", done: true } });
    const first = cursor();
    expect(first).toMatch(/text .*telemetry/);
    await it.press("n");
    expect(cursor()).not.toBe(first);
    await it.press("N");
    expect(cursor()).toBe(first);
    await it.dispatch({ kind: "dialog", result: { kind: "search", value: "sec-websocket-accept", done: true } });
    expect(cursor()).toContain("101 Switching Protocols");
    await it.dispatch({ kind: "dialog", result: { kind: "search", value: "nowhere at all", done: true } });
    expect(text(it)).toContain("not found: nowhere at all · the cursor stays");
    expect(it.state.message?.tone).toBe("error");
  });

  it("goes on with a connection that goes on, and stays where somebody looks", async () => {
    const it = driver(trouble, 24, 100);
    await it.press("enter");
    const { detail, ids } = it.state.ladder;
    if (detail === null) throw new Error("no ladder");
    const before = text(it);
    await it.dispatch({ kind: "detail", ids, detail, isRefresh: true });
    expect(text(it)).toBe(before);
    await it.press("G");
    const end = text(it);
    await it.dispatch({ kind: "detail", ids, detail, isRefresh: true });
    expect(text(it)).toBe(end);
  });

  it("says when no finding names a packet", async () => {
    const it = driver(trouble, 24, 100);
    await it.press("end", "enter", "]");
    expect(text(it)).toContain("no finding names a packet of this connection");
  });

  it("does not call TLS silent that stayed closed and went on", async () => {
    const it = driver(sealedFrozen, 45, 140);
    await it.press("enter");
    expect(text(it)).not.toContain("silent");
    expect(text(it)).toMatch(/arrows? not shown/);
  });

  it("draws silence as silence", async () => {
    const it = driver(frozen, 24, 100);
    await it.press("enter", "g");
    expect(text(it)).toMatch(/… \d+\.\d s silent …/);
  });

  it("draws a proxy as one party between client and backend", async () => {
    const it = driver(proxied, 30, 119);
    await it.press("enter");
    const lines = screen(it);
    expect(lines[1]).toMatch(/client +proxy +server/);
    const requests = lines.filter((line) => line.includes("GET /ws"));
    expect(requests).toHaveLength(2);
  });

  it("shows the head of a frame field by field, and its text as JSON", async () => {
    const it = driver(trouble, 45, 100);
    await it.press("enter", "down", "enter");
    expect(text(it)).toMatch(/FIN +yes/);
    expect(text(it)).toMatch(/Opcode +0x1 text/);
    expect(text(it)).toMatch(/Masked +no/);
    expect(text(it)).toMatch(/Length +191 B \(191\), in the 16-bit form/);
    await it.press("tab", "tab");
    expect(text(it)).toContain('"topic": "realtime/overview"');
    await it.press("tab");
    expect(text(it)).toContain('000000  7b 22 74 79 70 65 22 3a  22 74 65 6c 65 6d 65 74   {"type":"telemet');
  });

  it("reads Socket.IO", async () => {
    const it = driver(socketIo, 45, 140);
    await it.press("4");
    expect(text(it)).toContain("Statistics");
    const rows = connectionRows(it.state.shown);
    expect(rows.some(({ facts }) => facts.exchanges.some(({ request }) => request?.target.includes("socket.io")))).toBe(
      true,
    );
  });

  it("does not compare a row with itself", async () => {
    const it = driver(trouble, 45, 100);
    await it.press("enter", "space", "=");
    expect(text(it)).toContain("this is the picked one: go to another, then =");
    expect(it.state.view).toBe("ladder");
  });

  it("compares two messages", async () => {
    const it = driver(trouble, 45, 100);
    await it.press("enter", "down", "space", "down", "=");
    expect(text(it)).toContain("lines only in the first");
    expect(text(it)).toMatch(/- +"sequence": \d+/);
    expect(text(it)).toMatch(/\+ +"sequence": \d+/);
  });

  it("compares Close frames by code and reason", async () => {
    const it = driver(await openDesk("captures/clean-close.pcap"), 45, 100);
    await it.press("enter", "end", "up", "up", "space", "up", "=");
    expect(text(it)).toContain("Packet 53 (-) and packet 51 (+)");
    expect(text(it)).toContain("Close code: 1000");
    expect(text(it)).toContain("They are equal.");
  });
});

describe("what is longer than the screen", () => {
  it.each([
    ["statistics", ["4"]],
    ["the page of a rule", ["e"]],
    ["hex", ["enter", "down", "enter", "shift-tab"]],
  ])("says so in %s, ends at its end, and comes back with the first key", async (_, keys) => {
    const it = driver(trouble, 16, 60);
    await it.press(...keys);
    const first = text(it);
    expect(first).toMatch(/↓ \d+/);
    await it.press("G");
    const end = text(it);
    expect(end).not.toMatch(/↓ \d+/);
    expect(screen(it).slice(-2, -1)).not.toEqual([""]);
    await it.press("k");
    expect(text(it)).not.toBe(end);
    await it.press("g");
    expect(text(it)).toBe(first);
  });
});

describe("a window without room for a screen", () => {
  it.each(["en", "zh-CN"] as const)("says so in whole words (%s)", (language) => {
    expect(screen(driver(trouble, 5, 20, language)).join(" ")).toMatch(/^This window is too small\.$|^窗口太小。$/);
  });
});

describe("live", () => {
  it("counts packets a second over a second, and over all of what has ended", async () => {
    const it = driver(trouble, 24, 100, "en", true);
    const at = (seconds: number, packets: number, state: "running" | "ended" = "running") => {
      const before = trouble.getSnapshot();
      const statistics = { ...before.statistics, packets };
      const snapshot = { ...before, state, clockNs: relativeNs(seconds * 1e9), statistics, revision: 100 + packets };
      return it.dispatch({ kind: "snapshot", snapshot, progress: null });
    };
    await at(1, 400);
    // A burst: 300 packets within a millisecond.
    await at(1.5, 410);
    await at(1.501, 710);
    expect(text(it)).toContain("400 packets/s");
    await at(2, 800);
    expect(text(it)).toContain("400 packets/s");
    await at(10, 1000, "ended");
    expect(text(it)).toContain("100 packets/s");
  });

  it("says why a capture ended by itself, and goes on saying it", async () => {
    const it = driver(trouble, 24, 100, "en", true);
    await it.dispatch({ kind: "why-ended", why: "tcpdump was ended by SIGKILL." });
    await it.press("down");
    expect(text(it)).toContain("capture ended  tcpdump was ended by SIGKILL.");
  });

  it("freezes and unfreezes without losing anything", async () => {
    const it = driver(trouble, 24, 100, "en", true);
    const running = { ...trouble.getSnapshot(), revision: 98, state: "running" as const };
    await it.dispatch({ kind: "snapshot", snapshot: running, progress: null });
    await it.press("f");
    const later = {
      ...running,
      revision: 99,
      statistics: { ...trouble.getSnapshot().statistics, packets: 400 },
    };
    await it.dispatch({ kind: "snapshot", snapshot: later, progress: null });
    expect(text(it)).toContain("FROZEN, 23 packets behind");
    expect(it.state.shown.statistics.packets).toBe(377);
    await it.press("f");
    expect(it.state.shown.statistics.packets).toBe(400);
  });

  it("has nothing to freeze once it has ended, but thaws what was frozen before", async () => {
    const it = driver(trouble, 24, 100, "en", true);
    await it.press("f");
    expect(it.state.frozen).toBe(false);
    expect(text(it)).not.toContain("f freeze");
    const running = { ...trouble.getSnapshot(), revision: 98, state: "running" as const };
    await it.dispatch({ kind: "snapshot", snapshot: running, progress: null });
    expect(text(it)).toContain("f freeze");
    await it.press("f");
    await it.dispatch({ kind: "snapshot", snapshot: { ...running, revision: 99, state: "ended" }, progress: null });
    expect(it.state.frozen).toBe(true);
    await it.press("f");
    expect(it.state.frozen).toBe(false);
  });

  it("asks before it quits with an unsaved capture", async () => {
    const it = driver(trouble, 24, 100, "en", true);
    await it.press("q");
    expect(it.state.dialog).toEqual({ kind: "quit", loses: "capture" });
    expect(it.effects).toEqual([]);
    await it.dispatch({ kind: "dialog", result: { kind: "quit" } });
    expect(it.effects).toEqual([{ kind: "quit" }]);
  });

  it("stays where somebody has moved to, and follows again from the end", async () => {
    const it = driver(trouble, 24, 100, "en", true);
    await it.press("end");
    expect(it.state.follow).toBe(true);
    await it.press("up");
    expect(it.state.follow).toBe(false);
    await it.press("G");
    expect(it.state.follow).toBe(true);
  });
});

describe("keys", () => {
  it("mean one thing in each view", () => {
    const seen = new Set<string>();
    for (const { keys, views } of keymap) {
      for (const key of keys) {
        for (const view of views) {
          expect(seen.has(`${view} ${key}`), `${view} ${key}`).toBe(false);
          seen.add(`${view} ${key}`);
        }
      }
    }
  });

  it("all do something, or say why not", async () => {
    for (const { action, keys, views } of keymap) {
      const it = driver(trouble, 45, 140);
      await it.press("down", "enter", "space");
      if (views.includes("detail") && !views.includes("ladder")) await it.press("enter");
      else if (!views.includes("ladder")) await it.press("escape", ...(views.includes("connections") ? [] : ["2"]));
      const before = it.state;
      const effects = it.effects.length;
      await it.press(keys[0] ?? "");
      expect(it.state !== before || it.effects.length > effects, action).toBe(true);
    }
  });
});

describe("text of disputed width", () => {
  it("keeps what follows in its column, whatever the terminal thinks", () => {
    const { palette } = contextOf("en");
    const line = new Line(palette, 40).add("👋🏽 hello", "plain").to(20).add("|").end();
    expect(line).toMatch(/^👋🏽 hello\u001b\[\d+G +\|$/u);
    expect(visible(line).indexOf("|")).toBeGreaterThan(0);
    expect(new Line(palette, 40).add("车辆 → /im", "plain").end()).not.toContain("\u001b");
  });
});
