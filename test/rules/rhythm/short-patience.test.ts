import { describe, expect, test } from "vitest";
import { judge } from "../../../src/rules/judging/judge.ts";
import type { Analysis } from "../../../src/store/types.ts";
import {
  analysisOf,
  BACKEND_LEG,
  beat,
  connectionFacts,
  joined,
  mark,
  webSocket,
} from "../../support/facts-builder.ts";
import { engineIoSession } from "../../support/session-facts.ts";
import { cases } from "../cases/all.ts";

const gaveUpAfter = (seconds: number, pingTimeoutMs: number): string[] => {
  const unanswered = [{ ...mark(30), acknowledged: true, acknowledgedLate: false }];
  const heard = beat({ pings: 5, answered: 4, missing: 1, unanswered, lastPing: mark(30), lastAnsweredPing: mark(20) });
  const quiet = beat({ pings: 0, answered: 0, lastPing: null, lastPong: null, lastAnsweredPing: null });
  const close = { ...mark(30 + seconds), code: null, codeMissing: false, laterCode: null, reason: "", delivered: true };
  const one = connectionFacts({
    session: engineIoSession({ timers: { pingIntervalMs: 10_000, pingTimeoutMs }, heartbeat: [quiet, heard] }),
    webSocket: webSocket({ closeFrames: [null, close], heartbeat: [quiet, quiet] }),
  });
  return judge(analysisOf([one]))
    .filter(({ ruleId }) => ruleId === "eio.pong.missing")
    .map(({ variant, causes }) => `${variant} ${causes[0]?.id}`);
};

describe("a server of Engine.IO that waits less than a second for its pong", () => {
  test("gave the client up when it closes just then, and its own timer comes first", () => {
    expect(gaveUpAfter(0.801, 800)).toEqual(["gaveUp engineIoTimers"]);
  });

  test("did not where it closes sooner, or waits longer", () => {
    expect(gaveUpAfter(0.5, 800)).toEqual([]);
    expect(gaveUpAfter(0.801, 5000)).toEqual([]);
  });
});

test("pings that come to nobody are told where they were sent, not where the proxy had none to pass on", () => {
  const [front] = (cases["eio.pong.missing"].fires.noPing as Analysis).connections;
  const [back] = (cases["eio.pong.missing"].fires.pingsLost as Analysis).connections;
  if (!front || !back) throw new Error("no such case");
  const all = analysisOf([front, { ...back, ...BACKEND_LEG }], { joins: [joined("proxied")] });
  const told = judge(all).filter(({ ruleId, severity }) => ruleId === "eio.pong.missing" && severity === "error");
  expect(told.map(({ variant, connectionId }) => `${variant} #${connectionId}`)).toEqual(["pingsLost #1"]);
});
