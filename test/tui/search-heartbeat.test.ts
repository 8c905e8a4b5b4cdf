import { beforeAll, describe, expect, it } from "vitest";
import type { Desk } from "../../src/session/detail-types.ts";
import { contextOf, Driver, openDesk } from "../support/open-desk.ts";
import { screenOf, textOf } from "../support/screen-text.ts";

let trouble: Desk;

beforeAll(async () => {
  trouble = await openDesk("captures/trouble.pcapng");
});

const opened = (): Driver => new Driver(trouble, contextOf("en"), 30, 100);
const under = (screen: Driver): string => screenOf(screen).find((line) => line.startsWith("›")) ?? "";

describe("the search outside the list of connections", () => {
  it("goes through the heartbeats, by number, address and kind", async () => {
    const screen = opened();
    await screen.press("3", "G");
    const last = under(screen);
    const id = /#\d+/.exec(last)?.[0] ?? "";
    await screen.press("g", "/");
    expect(screen.state.dialog).toEqual({ kind: "search", value: "" });
    await screen.dispatch({ kind: "dialog", result: { kind: "search", value: id, done: true } });
    expect(under(screen)).toContain(`${id} `);
    await screen.press("/");
    await screen.dispatch({ kind: "dialog", result: { kind: "search", value: "no such words", done: true } });
    expect(textOf(screen)).toContain("not found: no such words");
  });

  it("says in the statistics where it works", async () => {
    for (const key of ["/", "n", "N"]) {
      const screen = opened();
      await screen.press("4", key);
      expect(screen.state.dialog).toBeNull();
      expect(textOf(screen)).toContain("search works in the lists");
    }
  });
});
