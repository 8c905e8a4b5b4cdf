import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { Desk } from "../../src/session/detail-types.ts";
import { drawScreen } from "../../src/tui/draw.ts";
import { plainViews } from "../../src/tui/plain.ts";
import { contextOf, Driver, openDesk } from "../support/open-desk.ts";
import { captureOf, clientText, fromServer, openWebSocket, Talk } from "../support/planted-capture.ts";
import { textOf } from "../support/screen-text.ts";

const MANY = 60;
const COLOURS = /\u001b\[[\d;]*m/g;
let folder = "";
let desk: Desk;

beforeAll(async () => {
  const talks = Array.from({ length: MANY }, (_, index) => {
    const talk = new Talk(41_000 + index);
    openWebSocket(talk, `/path/${index % 7}`, []);
    for (let said = 0; said < index % 5; said++) talk.say(0, clientText("😀 مرحبا \ufffd"));
    talk.say(1, fromServer(Buffer.concat([Buffer.from([0x0f, 0xa1]), Buffer.from("😀 no")]), 8));
    return talk;
  });
  folder = await mkdtemp(join(tmpdir(), "wscap-list-"));
  await writeFile(join(folder, "many.pcapng"), captureOf(talks));
  desk = await openDesk(join(folder, "many.pcapng"));
});
afterAll(() => rm(folder, { recursive: true }));

const driver = (): Driver => new Driver(desk, contextOf("en"), 24, 80);
const marked = ({ state, context }: Driver): boolean =>
  drawScreen(state, context, []).some((line) => line.replaceAll(COLOURS, "").startsWith("›"));

it.each(["o", "O", "b"])("the cursor stays in sight after %s", async (key) => {
  const of = driver();
  await of.press("end", key);
  const { cursor } = of.state.list;
  expect([cursor >= 0, marked(of)]).toEqual([true, true]);
  await of.press(key);
  expect([of.state.list.cursor, marked(of)]).toEqual([cursor, true]);
});

it("the cursor stays in sight when a filter is taken away", async () => {
  const of = driver();
  await of.press("F");
  await of.dispatch({ kind: "dialog", result: { kind: "filter", value: `id:${MANY - 1}`, done: true } });
  await of.press("down", "escape");
  expect([of.state.list.filter, of.state.list.cursor, marked(of)]).toEqual(["", MANY - 1, true]);
});

it.each(["(port:1", "vrdict:clean"])("the filter %s is not taken", async (value) => {
  const of = driver();
  await of.press("F");
  await of.dispatch({ kind: "dialog", result: { kind: "filter", value, done: true } });
  expect([of.state.list.filter, of.state.dialog?.kind]).toEqual(["", "filter"]);
});

it("the cursor stays in sight when the screen becomes small, in a ladder and in the list behind it", async () => {
  const of = new Driver(desk, contextOf("en"), 45, 140);
  await of.press("end", "enter", "end");
  await of.dispatch({ kind: "resized", rows: 12, columns: 60 });
  expect([of.state.view, marked(of)]).toEqual(["ladder", true]);
  await of.press("escape");
  expect([of.state.view, marked(of)]).toEqual(["connections", true]);
});

it("under a filter that is not right the list is that of the filter before", async () => {
  const of = driver();
  const typed = async (value: string, done = false): Promise<void> => {
    await of.dispatch({ kind: "dialog", result: { kind: "filter", value, done } });
  };
  await of.press("F");
  await typed("path:/path/1", true);
  await of.press("F");
  await typed("nothing matches this");
  expect(textOf(of)).toContain("No connection matches");
  await typed("nothing matches this (");
  expect(of.state.list.filter).toBe("path:/path/1");
  expect(textOf(of)).not.toContain("No connection matches");
});

it.each(["enter", "e", "a", "D", "space"])("an empty list answers %s", async (key) => {
  const of = driver();
  await of.press("F");
  await of.dispatch({ kind: "dialog", result: { kind: "filter", value: "path:/nowhere", done: true } });
  await of.press(key);
  expect([of.state.view, of.state.dialog]).toEqual(["connections", null]);
  expect(textOf(of)).toContain("the list is empty");
});

it("quitting asks where notes could not be kept", async () => {
  const of = driver();
  of.state = { ...of.state, unkept: true };
  await of.press("q");
  expect([of.effects, of.state.dialog]).toEqual([[], { kind: "quit", loses: "notes" }]);
  await of.dispatch({ kind: "dialog", result: { kind: "quit" } });
  expect(of.effects).toEqual([{ kind: "quit" }]);
});

it("the plain views place nothing by column", async () => {
  let text = "";
  for await (const part of plainViews(desk, contextOf("en"), 100)) text += part;
  expect(text).toContain("😀");
  expect(text.replaceAll(COLOURS, "")).not.toContain("\u001b");
});

it("the text of a Close frame is its code and its reason", async () => {
  const of = driver();
  await of.press("enter", "end", "enter", "tab");
  expect(textOf(of)).toContain("\n 4001 😀 no");
});

it("WebSockets that nobody pings are told of as such", async () => {
  const of = driver();
  await of.press("3");
  expect(textOf(of)).toContain("Nobody sends pings on these connections");
});
