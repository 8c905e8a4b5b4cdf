import { expect, test } from "vitest";
import { judge } from "../../../src/rules/judging/judge.ts";
import type { ConnectionFacts } from "../../../src/store/types.ts";
import { connectionFacts, mark, tcp } from "../../support/facts-builder.ts";
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
