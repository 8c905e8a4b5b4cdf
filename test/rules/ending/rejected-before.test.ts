import { describe, expect, test } from "vitest";
import { judge } from "../../../src/rules/judging/judge.ts";
import type { ConnectionFacts } from "../../../src/store/types.ts";
import { abnormal, connectionFacts, mark, reset, tcp } from "../../support/facts-builder.ts";
import { several } from "../cases/case.ts";
import { cutByFirewall, refusedAt } from "../cases/opening.ts";

const told = (...all: ConnectionFacts[]): string[] =>
  judge(several(...all))
    .filter(({ ruleId }) => ruleId === "tcp.open.refused")
    .map(({ variant, followsFrom }) => `${variant} ${followsFrom}`);

test("who is refused behind the firewall that cut the open connection is refused by it", () => {
  expect(told(cutByFirewall, refusedAt(45))).toEqual(["sameRule tcp.rst.injected"]);
});

test.each<[string, readonly ConnectionFacts[]]>([
  ["from farther away", [cutByFirewall, refusedAt(45, { hopLimit: 60 })]],
  ["before that", [cutByFirewall, refusedAt(30)]],
  [
    "after somebody was let in again",
    [cutByFirewall, connectionFacts({ first: mark(42), tcp: tcp({ established: mark(42) }) }), refusedAt(45)],
  ],
])("and not %s", (_, connections) => {
  expect(told(...connections)[0]).not.toMatch(/^sameRule/);
});

describe("a rule that answers from elsewhere", () => {
  const answer = { likelyInjected: true, oddities: ["hop-limit"], hopLimit: 61 } as const;
  /** The client had given the WebSocket up. */
  const cut = abnormal("client", 40, {
    tcpFacts: { ending: "rst", resets: [reset({ ...answer, at: 40.001, answers: mark(40), hasAck: false })] },
  });
  const errors = (...all: ConnectionFacts[]): number =>
    judge(several(...all)).filter(({ severity }) => severity === "error").length;

  test("and cut the WebSocket is why the next attempts are refused as well", () => {
    expect(errors(cut, refusedAt(45, answer))).toBe(1);
    expect(errors(cut, refusedAt(45, answer), refusedAt(47, answer))).toBe(1);
  });

  test("says nothing of a port that refuses by itself, or that had let somebody in again", () => {
    expect(errors(cut, refusedAt(45, { hopLimit: 64 }))).toBe(2);
    const letIn = connectionFacts({ first: mark(42), tcp: tcp({ established: mark(42) }) });
    expect(errors(cut, letIn, refusedAt(45, answer))).toBe(2);
  });
});
