import { beforeAll, describe, expect, it } from "vitest";
import type { Desk } from "../../src/session/detail-types.ts";
import { contextOf, Driver, openDesk } from "../support/open-desk.ts";
import { textOf as text } from "../support/screen-text.ts";

let trouble: Desk;
let proxied: Desk;

beforeAll(async () => {
  trouble = await openDesk("captures/trouble.pcapng");
  proxied = await openDesk("captures/proxied-any.pcap");
});

const driver = (desk: Desk, language: "en" | "zh-CN" = "en"): Driver =>
  new Driver(desk, contextOf(language), 30, 100, false);

async function goTo(screen: Driver, typed: string): Promise<void> {
  await screen.press(":");
  expect(screen.state.dialog).toEqual({ kind: "packet", value: "" });
  for (const done of [false, true])
    await screen.dispatch({ kind: "dialog", result: { kind: "packet", value: typed, done } });
}

/** Number of the packet under the cursor. */
const here = (screen: Driver): string =>
  /^›.{3} +[\d.]+ +(\d+) /m.exec(text(screen))?.[1] ?? /Packet (\d+) /.exec(text(screen))?.[1] ?? "";

// Streams as tshark counts them: 200 is an ACK of the first, 201 a ping of the second, 366 the RST of the last.
describe("a packet by its number", () => {
  it("opens the connection that holds it, from every list", async () => {
    for (const view of ["1", "2", "3", "4"]) {
      const screen = driver(trouble);
      await screen.press(view);
      await goTo(screen, "201");
      expect(text(screen)).toContain("Ladder #1");
      expect(here(screen)).toBe("201");
      await screen.press("escape");
      expect(screen.state.view).toBe(["connections", "findings", "heartbeat", "statistics"][Number(view) - 1]);
    }
  });

  it("shows a packet that the level leaves out, and keeps the level where it draws it", async () => {
    const screen = driver(trouble);
    await goTo(screen, "201");
    expect(text(screen)).toContain("frames · v");
    await goTo(screen, "#200");
    expect(text(screen)).toContain("Ladder #0");
    expect(here(screen)).toBe("200");
    expect(text(screen)).toContain("every packet · v");
  });

  it("stays in the detail view for a packet of the same connection", async () => {
    const screen = driver(trouble);
    await goTo(screen, "201");
    await screen.press("enter");
    await goTo(screen, "115");
    expect(screen.state.view).toBe("detail");
    expect(here(screen)).toBe("115");
    await goTo(screen, "200");
    expect(screen.state.view).toBe("ladder");
    await screen.press("escape");
    expect(screen.state.view).toBe("connections");
  });

  it("says in one sentence why it does not go there", async () => {
    const screen = driver(trouble);
    await goTo(screen, "9,999");
    expect(text(screen)).toContain("there is no packet 9999: they are numbered from 1 to 377");
    await goTo(screen, "ping");
    expect(text(screen)).toContain("“ping” is no number of a packet");
    await goTo(screen, "0");
    expect(text(screen)).toContain("there is no packet 0");
    await goTo(screen, "");
    expect(screen.state.view).toBe("connections");
    expect(screen.state.message).toBeNull();
    const chinese = driver(trouble, "zh-CN");
    await goTo(chinese, "9999");
    expect(text(chinese)).toContain("没有数据包 9999：编号从 1 到 377");
  });

  it("says so of a packet that belongs to no connection", async () => {
    const screen = driver({ ...trouble, connectionOfPacket: () => Promise.resolve(null) });
    await goTo(screen, "200");
    expect(text(screen)).toContain("packet 200 belongs to none of these connections");
    expect(screen.state.view).toBe("connections");
  });

  it("opens both legs of a WebSocket at the packet of the one behind the proxy", async () => {
    const { connections } = proxied.getSnapshot();
    const behind = connections.find(({ id }) => id === 1);
    const screen = driver(proxied);
    await goTo(screen, String(behind?.first.packet));
    expect(text(screen)).toContain("Ladder #0 #1");
    expect(here(screen)).toBe(String(behind?.first.packet));
  });
});
