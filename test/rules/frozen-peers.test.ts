import { describe, expect, test } from "vitest";
import { judge } from "../../src/rules/judge.ts";
import type { Finding, RuleId } from "../../src/rules/types.ts";
import type { Analysis } from "../../src/store/types.ts";
import { abnormal, beat, deafBeat, mark } from "../support/facts-builder.ts";
import { one } from "./cases/case.ts";

// Programs that stood still and went on: their systems acknowledged all the time.

const found = (ruleId: RuleId, analysis: Analysis): Finding | undefined =>
  judge(analysis).find((item) => item.ruleId === ruleId);

describe("a single slow acknowledgment, among quick ones", () => {
  const gaveUp = (slow: { inRow: number; isRepeated: boolean }) =>
    found(
      "ws.pong.missing",
      one(
        abnormal("server", 52, {
          webSocketFacts: { heartbeat: [beat(), deafBeat(20, [30, 40, 50])] },
          tcpFacts: { server: { slowAcknowledgment: { sinceNs: mark(29).timestampNs, ms: 4800, ...slow } } },
        }),
      ),
    )?.variant;

  test("is no slow path unless the data was sent again, or others were slow with it", () => {
    expect(gaveUp({ inRow: 1, isRepeated: false })).toBe("gaveUp");
    expect(gaveUp({ inRow: 1, isRepeated: true })).toBe("gaveUpSlow");
    expect(gaveUp({ inRow: 2, isRepeated: false })).toBe("gaveUpSlow");
  });
});
