import { beforeAll, describe, expect, it } from "vitest";
import type { Desk } from "../../src/session/detail-types.ts";
import { placeColumns } from "../../src/tui/rows/columns.ts";
import { contextOf, Driver, openDesk } from "../support/open-desk.ts";
import { screenOf, textOf as text } from "../support/screen-text.ts";

let trouble: Desk;

beforeAll(async () => {
  trouble = await openDesk("captures/trouble.pcapng");
});

const driver = (rows: number, columns: number): Driver => new Driver(trouble, contextOf("en"), rows, columns);

describe("a window of 15 rows and 60 columns", () => {
  it("keeps the proportions of bars", async () => {
    const barsOf = async (columns: number): Promise<number[]> => {
      const screen = driver(45, columns);
      await screen.press("4");
      return [...text(screen).matchAll(/ (█+)(…?)$/gm)].map(([, bar, cut]) =>
        cut === "" ? (bar?.length ?? 0) : Number.NaN,
      );
    };
    const [wide, narrow] = [await barsOf(140), await barsOf(60)];
    expect([Math.max(...wide), Math.max(...narrow)]).toEqual([30, 21]);
    expect(narrow).toEqual(wide.map((length) => Math.round((length * 21) / 30)));
  });

  it("names every view in whole words, and inside of one which connection it is", async () => {
    const screen = driver(15, 60);
    const head = (): string => screenOf(screen)[0]?.trim() ?? "";
    expect(head()).toBe("1 Connections  2 Findings 5  3 Heartbeat  4 Statistics");
    await screen.press("enter");
    expect(head()).toBe("wscap   1 Connections  2  3  4  › Ladder #1");
  });

  it("opens the view that a click is on", async () => {
    const screen = driver(15, 60);
    for (const [word, view] of [
      ["Statistics", "statistics"],
      ["Heartbeat", "heartbeat"],
      ["Connections", "connections"],
    ] as const) {
      const column = screenOf(screen)[0]?.indexOf(word) ?? 0;
      await screen.dispatch({ kind: "input", event: { kind: "click", row: 0, column } });
      expect(screen.state.view).toBe(view);
    }
    await screen.press("enter");
    await screen.dispatch({
      kind: "input",
      event: { kind: "click", row: 0, column: screenOf(screen)[0]?.indexOf(" 4 ") ?? 0 },
    });
    expect(screen.state.view).toBe("statistics");
  });

  it("tells of the connection under the cursor where the list leaves room", async () => {
    const screen = driver(15, 60);
    expect(text(screen)).toContain("✗ The client stopped answering pings");
    expect(text(screen)).toContain("→ Look at the client's CPU load");
    expect(text(driver(10, 60))).not.toContain("────");
  });

  it("leaves the addresses of a heartbeat their ports", async () => {
    const screen = driver(15, 60);
    await screen.press("3");
    expect(text(screen)).toMatch(/#1 server → ….*\.23:43993 +10\.0 s +1\/4/);
    // The pings of the connection under the cursor have the room that a short list leaves.
    expect(text(screen)).toContain("#1  192.168.50.23:43993 → 192.168.50.10:8080");
  });

  it("draws the life of each connection beside its pings", async () => {
    const screen = driver(15, 60);
    await screen.press("3");
    expect(text(screen)).toMatch(/1\/4 +─*●[─×]+▌/);
  });
});

describe("a window of 30 rows and 100 columns", () => {
  it("has the server's port and what happened beside each other", () => {
    const rows = screenOf(driver(30, 100)).filter((line) => /#\d/.test(line));
    expect(rows[0]).toMatch(/192\.168\.50\.23 → :8080 +\/ +missing pong — 1006: server FIN, no Close,.*48\.2 s/);
    expect(rows.slice(0, 4).every((line) => line.includes("→ :8080"))).toBe(true);
  });
});

describe("columns", () => {
  const needs = { id: 2, start: 7, peers: 36, path: 12, outcome: 0, frames: 9, traffic: 7, lasted: 6, closer: 6 };
  const widthAt = (width: number, outcome: number, id: string): number | undefined =>
    placeColumns(width, new Set(), { ...needs, outcome }).find((column) => column.id === id)?.width;

  it("leave addresses their ports beside a long word on what happened", () => {
    const long = "close unanswered — 4000 from client, no answer yet".length;
    expect(widthAt(116, long, "peers")).toBeGreaterThanOrEqual("192.168.50.23:43993".length);
    expect(widthAt(116, long, "outcome")).toBeGreaterThanOrEqual(34);
  });

  it("give addresses and paths the room that no word on what happened needs", () => {
    expect(widthAt(96, "clean, 1000".length, "path")).toBe(12);
    expect(widthAt(96, "clean, 1000".length, "peers")).toBeGreaterThanOrEqual("192.168.50.23:43993".length);
  });
});

it("where there is no WebSocket nobody is blamed for sending no pings", async () => {
  const refused = new Driver(await openDesk("captures/refused.pcap"), contextOf("en"), 24, 80);
  await refused.press("3");
  expect(text(refused)).toContain("No WebSocket so far, so there are no pings to show.");
});
