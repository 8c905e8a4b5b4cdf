import { describe, expect, test } from "vitest";
import { packetNumber, relativeNs } from "../../src/base/brand.ts";
import { ladderOf } from "../../src/report/ladder.ts";
import { createRedactor } from "../../src/report/redact.ts";
import { secondsWithin } from "../../src/tui/cells.ts";
import { cellText } from "../../src/tui/rows/columns.ts";
import { connectionRows } from "../../src/tui/rows/connection-row.ts";
import { contextOf, Driver, openDesk } from "../support/open-desk.ts";
import { textOf } from "../support/screen-text.ts";
import { retimedCopy } from "../support/stepped-copy.ts";

const FILE = "captures/frozen-client.pcap";
const STEP_SECONDS = 60;
/** The last pong, and the server's FIN: the clock is set before the first of them. */
const [PONG, FIN] = [23, 71];
const screenOf = async (path: string) => new Driver(await openDesk(path), contextOf("en"), 60, 120);
/** Of a conversation that took 50 s, 60 s later from its 23rd packet on. */
const stepped = () => screenOf(retimedCopy(FILE, (packet) => (packet >= PONG ? STEP_SECONDS : 0), "stepped.pcap"));

describe("offsets are those of the file where its clock was set forward, as in reports", () => {
  test("beside evidence: under the list, and among the findings", async () => {
    const screen = await stepped();
    expect(textOf(screen)).toMatch(new RegExp(`^ +${PONG} +\\+69\\.426`, "m"));
    await screen.press("2");
    expect(textOf(screen)).toMatch(new RegExp(`^ +${PONG} +\\+69\\.426`, "m"));
    expect(textOf(screen)).toContain("+109.431");
    expect(textOf(screen)).not.toContain("+9.426");
  });

  test("of connections in the list", async () => {
    const { shown } = (await screenOf(FILE)).state;
    const at = { packet: packetNumber(1), timestampNs: relativeNs(0) };
    const later = { ...shown, capture: { ...shown.capture, stepsForward: [{ at, ns: STEP_SECONDS * 1e9 }] } };
    const [row] = connectionRows(later);
    if (row === undefined) throw new Error("the capture has changed");
    expect(cellText("start", row, contextOf("en"), 20)).toBe("+60.000");
  });

  test("in the ladder, and of the packet that it stands at", async () => {
    const screen = await stepped();
    await screen.press("enter", "end");
    expect(textOf(screen)).toContain("109.4");
    expect(textOf(screen)).not.toMatch(/ 49\.4\d+ /);
    await screen.press("enter");
    expect(textOf(screen)).toContain("+109.4");
    expect(textOf(screen)).not.toContain("+49.4");
  });

  test("in the ladder of a report, whose silences are those that were lived through", async () => {
    const { state } = await stepped();
    const [facts] = state.shown.connections;
    if (facts === undefined) throw new Error("the capture has changed");
    const { rows } = ladderOf(facts, [], 0, [], createRedactor(false), [state.shown.capture]);
    const fin = rows.find((row) => row.kind === "arrow" && row.packet === FIN);
    expect(Math.round((fin?.timestampNs ?? 0) / 1e6)).toBe(109_431);
    expect(rows.filter(({ kind }) => kind === "gap")).toHaveLength(
      ladderOf(facts, [], 0, [], createRedactor(false), []).rows.filter(({ kind }) => kind === "gap").length,
    );
  });
});

describe("offsets of weeks, which are wider than their columns", () => {
  const WEEKS_SECONDS = 1_829_000;
  const late = () => screenOf(retimedCopy(FILE, (packet) => (packet >= PONG ? WEEKS_SECONDS : 0), "weeks.pcap"));

  test("keep their milliseconds, and no sign stands in the place of one", async () => {
    const screen = await late();
    expect(textOf(screen)).toMatch(new RegExp(`^ +${PONG} \\+1829009\\.426 `, "m"));
    await screen.press("enter", "end");
    expect(textOf(screen)).toMatch(new RegExp(`1829049\\.431 +${FIN} `));
    expect(textOf(screen)).not.toMatch(/\d…/);
  });

  test("give decimals up rather than digits before the point", () => {
    expect(["+1829009.426", "+357483364.12", "+12.5"].map((text) => secondsWithin(text, 10))).toEqual([
      "+1829009.4",
      "+357483364",
      "+12.5",
    ]);
  });
});

test.each([
  ["under the list", []],
  ["ladder", ["enter", "v", "G"]],
  ["findings", ["2"]],
])("milliseconds stay where a capture is months long: %s", async (_, keys) => {
  const path = "captures/fin-1006.pcap";
  const screen = await screenOf(retimedCopy(path, (packet) => (packet >= 17 ? 120 * 86_400 : 0), "long.pcap"));
  await screen.press(...keys);
  expect(textOf(screen)).toMatch(/^[^(]*\b1036800\d\.\d{3}\b/m);
});

test("evidence stands in the order of its packets under the list, whatever the rule put first", async () => {
  const screen = await screenOf(FILE);
  const { shown } = screen.state;
  const findings = shown.findings.map((one) => ({ ...one, evidence: [...one.evidence].reverse() }));
  screen.state = { ...screen.state, shown: { ...shown, findings } };
  const packets = [...textOf(screen).matchAll(/^ +(\d+) +\+[\d.]+ {2}/gm)].map(([, packet]) => Number(packet));
  expect(packets.length).toBeGreaterThan(3);
  expect(packets).toEqual([...packets].sort((a, b) => a - b));
});
