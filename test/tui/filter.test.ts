import { beforeAll, describe, expect, it } from "vitest";
import { type ConnectionRow, connectionRows } from "../../src/tui/rows/connection-row.ts";
import { type FilterWorld, parseFilter } from "../../src/tui/rows/filter.ts";
import { rowText } from "../../src/tui/rows/list-items.ts";
import { contextOf, openDesk } from "../support/open-desk.ts";

let rows: readonly ConnectionRow[] = [];
let world: FilterWorld;

beforeAll(async () => {
  const desk = await openDesk("captures/trouble.pcapng");
  rows = connectionRows(desk.getSnapshot());
  const context = contextOf("en");
  world = {
    textOf: (row) => rowText(row, context),
    notes: [],
    payloads: { telemetry: new Set([0, 2]) },
    marked: new Set([3]),
  };
});

const matching = (text: string): number[] => {
  const filter = parseFilter(text);
  if (!filter.ok) throw new Error(filter.error.code);
  return rows.filter((row) => filter.matches(row, world)).map(({ facts }) => facts.id as number);
};

/** Connection 0 closes cleanly, 1 is given up after missing pongs, 2 ends with a FIN, 3 with an RST of the server. */
describe("filter", () => {
  it.each([
    ["", [0, 1, 2, 3]],
    ["verdict:clean", [0]],
    ["verdict:abnormal", [1, 2, 3]],
    ["-verdict:abnormal", [0]],
    ["not verdict:abnormal", [0]],
    ["code:1006 rule:tcp.rst", [3]],
    ["code:1000 or rule:ws.pong", [0, 1]],
    ["(code:1000 or rule:ws.pong) and client:192.168.50.2", [0, 1]],
    ["(code:1000 or rule:ws.pong) client:50.23", [1]],
    ["port:8080", [0, 1, 2, 3]],
    ["port:80", []],
    ["frames:>100", []],
    ["frames:>60", [0]],
    ["lasted:<20", [2, 3]],
    ["is:marked", [3]],
    ["-is:marked verdict:abnormal", [1, 2]],
    ['text:"telemetry"', [0, 2]],
    ["text:telemetry code:1006", [2]],
    ["192.168.50.21", [3]],
    ["RST", [3]],
    ["kind:websocket severity:error", [1, 2, 3]],
    ["id:2", [2]],
  ])("%s", (text, ids) => {
    expect(matching(text)).toEqual(ids);
  });

  it.each([
    ["prot:8080", "unknown-field", 0],
    ["port:8080 verdict:broken", "bad-value", 10],
    ["port:http", "not-a-number", 0],
    ['text:"never closed', "unclosed-quote", 0],
    ["(port:8080", "unclosed-bracket", 0],
    ["port:8080)", "unexpected", 9],
    ["port:8080 or", "unexpected", 10],
    ["or port:8080", "unexpected", 0],
    ["path:", "bad-value", 0],
  ])("says what is wrong with %s", (text, code, at) => {
    const filter = parseFilter(text);
    expect(filter.ok ? null : { code: filter.error.code, at: filter.error.at }).toEqual({ code, at });
  });

  it("names the texts that have to be looked for in the capture", () => {
    const filter = parseFilter('text:"a b" or -text:c');
    expect(filter.ok && filter.texts).toEqual(["a b", "c"]);
  });
});
