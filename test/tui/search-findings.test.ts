import { beforeAll, describe, expect, it } from "vitest";
import type { Desk } from "../../src/session/detail-types.ts";
import { contextOf, Driver, openDesk } from "../support/open-desk.ts";
import { screenOf, textOf } from "../support/screen-text.ts";

let trouble: Desk;

beforeAll(async () => {
  trouble = await openDesk("captures/trouble.pcapng");
});

async function searched(value: string): Promise<Driver> {
  const screen = new Driver(trouble, contextOf("en"), 30, 100);
  await screen.press("2", "/");
  expect(screen.state.dialog).toEqual({ kind: "search", value: "" });
  await screen.dispatch({ kind: "dialog", result: { kind: "search", value, done: true } });
  return screen;
}
const finding = ({ state }: Driver) => state.shown.findings[state.findings.cursor];
const under = (screen: Driver): string => screenOf(screen).find((line) => line.startsWith("›")) ?? "";

describe("the search in the findings", () => {
  it("goes to a connection, to a rule and to words, whatever their letters", async () => {
    expect(under(await searched("#3"))).toContain("#3");
    const last = trouble.getSnapshot().findings.at(-1);
    expect(finding(await searched(last?.ruleId.toUpperCase() ?? ""))?.ruleId).toBe(last?.ruleId);
    expect(under(await searched("STOPPED ANSWERING"))).toContain("stopped answering");
  });

  it("goes to an address, which the finding below it shows", async () => {
    const screen = await searched("192.168.50.22");
    const about = finding(screen)?.connectionId;
    const client = screen.state.shown.connections.find(({ id }) => id === about)?.client;
    expect([screen.state.findings.cursor > 0, client?.address]).toEqual([true, "192.168.50.22"]);
    expect(textOf(screen)).not.toContain("not found");
  });

  it("goes on with n and N, around the end", async () => {
    const screen = await searched("1006");
    const { cursor } = screen.state.findings;
    await screen.press("n");
    expect(screen.state.findings.cursor).not.toBe(cursor);
    await screen.press("N");
    expect(screen.state.findings.cursor).toBe(cursor);
  });

  it("says what is not there, and stays", async () => {
    const screen = await searched("no such words");
    expect(screen.state.findings.cursor).toBe(0);
    expect(textOf(screen)).toContain("not found: no such words · the cursor stays");
    expect(screen.state.message?.tone).toBe("error");
  });

  it("leaves the page of a rule for the list", async () => {
    const screen = await searched("1006");
    await screen.press("e", "n");
    expect(screen.state.findings.explained).toBe(false);
    expect(under(screen)).toContain("1006");
  });

  it("has nothing to find where nothing was found", async () => {
    const screen = new Driver(await openDesk("captures/clean-close.pcap"), contextOf("en"), 30, 100);
    await screen.press("2", "/");
    await screen.dispatch({ kind: "dialog", result: { kind: "search", value: "x", done: true } });
    await screen.press("n");
    expect(textOf(screen)).toContain("not found: x");
  });
});
