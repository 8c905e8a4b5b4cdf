import { describe, expect, test } from "vitest";
import { judge } from "../../src/rules/judging/judge.ts";
import type { Finding, RuleId } from "../../src/rules/types.ts";
import type { Analysis } from "../../src/store/types.ts";
import { abnormal, beat, deafBeat } from "../support/facts-builder.ts";
import { one } from "./cases/case.ts";

const found = (ruleId: RuleId, analysis: Analysis): Finding[] =>
  judge(analysis).filter((item) => item.ruleId === ruleId);

const causesOf = (ruleId: RuleId, analysis: Analysis): string[] =>
  (found(ruleId, analysis)[0]?.causes ?? []).map(({ id, confidence }) => `${confidence} ${id}`);

describe("a peer that answers pings with a payload of its own", () => {
  const answered = (wrongPongs: number, unsolicitedPongs = wrongPongs) =>
    one(
      abnormal("server", 52, {
        webSocketFacts: {
          heartbeat: [
            beat({ pings: 0, answered: 0 }),
            {
              ...deafBeat(50.1, [30, 40, 50]),
              answered: 0,
              lastAnsweredPing: null,
              wrongPongs,
              unsolicitedPongs,
            },
          ],
        },
      }),
    );

  test("is neither stuck nor asleep, and its pongs are no heartbeat", () => {
    expect(causesOf("ws.pong.missing", answered(3))).toEqual(["likely wrongPongs"]);
    expect(found("ws.pong.missing", answered(3))[0]?.variant).toBe("gaveUpWrongPayload");
    expect(found("ws.pong.unsolicited", answered(3))).toEqual([]);
  });

  test("pongs at other times too, or not for each ping, are another matter", () => {
    expect(found("ws.pong.missing", answered(3, 5))[0]?.variant).toBe("gaveUp");
    expect(found("ws.pong.missing", answered(2))[0]?.variant).toBe("gaveUp");
    expect(found("ws.pong.unsolicited", answered(3, 5))).toHaveLength(1);
  });
});
