import { expect, test } from "vitest";
import { judge } from "../../../src/rules/judging/judge.ts";
import type { ConnectionFacts } from "../../../src/store/types.ts";
import { abnormal } from "../../support/facts-builder.ts";
import { several } from "../cases/case.ts";
import { refusedAt, rejectedAt } from "../cases/opening.ts";

/** A server ends its WebSocket by a FIN at 37 s, between two pings; then somebody is refused. */
const told = (after: ConnectionFacts) => {
  const findings = judge(several(abnormal("server", 37), after));
  return {
    errors: findings.filter(({ severity }) => severity === "error").map(({ ruleId }) => ruleId),
    cause: findings.find(({ ruleId }) => ruleId === "ws.close.no-close-frame")?.causes[0]?.id,
  };
};

test("a port whose own system refuses shows that the process is gone, and its refusals follow from that", () => {
  const death = { errors: ["ws.close.no-close-frame"], cause: "serverDied" };
  expect(told(refusedAt(39))).toEqual(death);
  // The host of a container answers for it.
  expect(told(refusedAt(39, { hopLimit: 65 }))).toEqual(death);
});

test("a firewall that rejects tells nothing of the process, and is a trouble of its own", () => {
  const rejected = (ruleId: string) => ({ errors: ["ws.close.no-close-frame", ruleId], cause: "serverTerminated" });
  expect(told(rejectedAt(39))).toEqual(rejected("tcp.open.icmp"));
  expect(told(refusedAt(39, { hopLimit: 250 }))).toEqual(rejected("tcp.open.refused"));
});
