import { beforeAll, expect, it } from "vitest";
import { displayWidth } from "../../src/base/display-width.ts";
import type { Desk } from "../../src/session/detail-types.ts";
import { contextOf, Driver, openDesk } from "../support/open-desk.ts";
import { screenOf, textOf as text } from "../support/screen-text.ts";

const stamp = { id: "n1", author: "me", now: "2026-11-20T16:00:00.000Z" };
let trouble: Desk;

beforeAll(async () => {
  trouble = await openDesk("captures/trouble.pcapng");
});

/** The frame under the cursor, looked at in full, with a note on it. */
async function noted(words: string, columns: number): Promise<Driver> {
  const screen = new Driver(trouble, contextOf("en"), 24, columns);
  await screen.press("enter", "down", "enter", "a");
  await screen.dispatch({ kind: "dialog", result: { kind: "note", text: words, tag: "none", stamp } });
  return screen;
}

it("a note stands over everything about its frame, and goes when it is deleted", async () => {
  const screen = await noted("first line\nwhy did it stop here?", 80);
  for (const _ of ["head", "text", "json", "hex"]) {
    expect(text(screen)).toContain("✎ first line");
    expect(text(screen)).toContain("✎ why did it stop here?");
    await screen.press("tab");
  }
  await screen.press("J");
  expect(text(screen)).not.toContain("✎");
  await screen.press("K", "D");
  expect(text(screen)).not.toContain("✎");
  await screen.press("u");
  expect(text(screen)).toContain("✎ first line");
});

it("a long note is told to its end, and nothing in it moves the cursor", async () => {
  const screen = await noted(`${"长 note ".repeat(20)}\u001b[2J end`, 60);
  expect(text(screen)).not.toContain("\u001b");
  expect(text(screen)).toMatch(/end$/m);
  for (const line of screenOf(screen)) expect(displayWidth(line), line).toBeLessThanOrEqual(60);
});
