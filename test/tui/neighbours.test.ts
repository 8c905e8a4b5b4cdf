import { beforeAll, describe, expect, it } from "vitest";
import { connectionId } from "../../src/base/brand.ts";
import type { Desk } from "../../src/session/detail-types.ts";
import { contextOf, Driver, openDesk } from "../support/open-desk.ts";
import { textOf as text } from "../support/screen-text.ts";

let trouble: Desk;
let proxied: Desk;

beforeAll(async () => {
  trouble = await openDesk("captures/trouble.pcapng");
  proxied = await openDesk("captures/proxied-any.pcap");
});

const driver = (desk: Desk, columns = 140): Driver => new Driver(desk, contextOf("en"), 45, columns, false);
const opened = (screen: Driver): string => /Ladder (#\d+(?: #\d+)*(?: \(\d+\/\d+\))?)/.exec(text(screen))?.[1] ?? "";

describe("from one connection to the next", () => {
  it("goes as the list does, and Esc leads to it there", async () => {
    const screen = driver(trouble);
    const listed = [...text(screen).matchAll(/^[ ›][✗✓]. +#(\d)/gm)].map(([, id]) => `#${id}`);
    expect(listed).toHaveLength(4);
    await screen.press("enter");
    const seen = [opened(screen)];
    for (let step = 1; step < listed.length; step++) {
      await screen.press(">");
      seen.push(opened(screen));
    }
    expect(seen).toEqual(listed);
    await screen.press(">");
    expect(text(screen)).toContain("this is the last connection");
    await screen.press("<");
    expect(opened(screen)).toBe(listed[2]);
    await screen.press("escape");
    expect(text(screen)).toMatch(new RegExp(`^›.*${listed[2]} `, "m"));
  });

  it("passes over the leg that is shown already", async () => {
    const screen = driver(proxied);
    await screen.press("enter");
    expect(opened(screen)).toBe("#0 #1");
    await screen.press(">");
    expect(text(screen)).toContain("this is the last connection");
    await screen.press("<");
    expect(text(screen)).toContain("this is the first connection");
  });
});

describe("a finding about several connections", () => {
  /** The reset of #3 as if #0 and #2 had ended alike, and nothing else found. */
  async function several(columns?: number): Promise<Driver> {
    const screen = driver(trouble, columns);
    const { findings } = trouble.getSnapshot();
    const [reset] = findings.filter(({ ruleId }) => ruleId === "tcp.rst");
    if (reset === undefined) throw new Error("no reset");
    const shared = { ...reset, alsoConnections: [connectionId(0), connectionId(2)] };
    const snapshot = { ...trouble.getSnapshot(), revision: 99, findings: [shared] };
    await screen.dispatch({ kind: "snapshot", snapshot, progress: null });
    await screen.press("2");
    return screen;
  }

  it("names the others, and leads to each of them", async () => {
    const screen = await several();
    expect(text(screen)).toContain("The same on 2 other connections: #0, #2");
    await screen.press("enter");
    expect(opened(screen)).toBe("#3 (1/3)");
    expect(text(screen)).toContain("connection 1 of the 3 that this finding is about · > next, < previous");
    await screen.press(">");
    expect(opened(screen)).toBe("#0 (2/3)");
    await screen.press(">");
    expect(opened(screen)).toBe("#2 (3/3)");
    await screen.press(">");
    expect(text(screen)).toContain("this is the last connection");
    await screen.press("escape");
    expect(screen.state.view).toBe("findings");
  });

  it("says where its packets are, instead of leading to one that is no evidence", async () => {
    const screen = await several();
    await screen.press("enter", ">");
    const before = screen.state.ladder.scroll;
    await screen.press("]");
    expect(screen.state.ladder.scroll).toEqual(before);
    expect(text(screen)).toContain("the finding about this connection shows the packets of #3");
  });
});
