import { describe, expect, test } from "vitest";
import { judge } from "../../../src/rules/judging/judge.ts";
import type { ConnectionFacts } from "../../../src/store/types.ts";
import { connectionFacts, joined, mark, tcp } from "../../support/facts-builder.ts";
import { unanswered as silent } from "../../support/unanswered.ts";
import { several } from "../cases/case.ts";

const unanswered = silent();

const opened = (seconds: number, client = "10.0.0.1"): ConnectionFacts =>
  connectionFacts({
    client: { address: client, port: 51_300 },
    first: mark(seconds),
    tcp: tcp({ established: mark(seconds) }),
  });

const variant = (...connections: readonly ConnectionFacts[]) =>
  judge(several(...connections)).find(({ ruleId }) => ruleId === "tcp.path.blackhole")?.variant;

describe("a connection that opens while another one gets no answer", () => {
  test("between the same hosts: the path has forgotten the other one", () => {
    expect(variant(unanswered, opened(33))).toBe("stateLost");
  });

  test("after its last repetition: the path may have healed meanwhile", () => {
    expect(variant(unanswered, opened(37.5))).toBe("midTraffic");
  });

  test("a repetition just before the capture ends says nothing, an earlier one does", () => {
    const until = (seconds: number) => (openedAt: number) =>
      judge({ ...several(unanswered, opened(openedAt)), clockNs: mark(seconds).timestampNs }).find(
        ({ ruleId }) => ruleId === "tcp.path.blackhole",
      )?.variant;
    // They came 0.85, 1.75, 3.5 and 7 s after 30.
    expect(until(37.1)(31)).toBe("stateLost");
    expect(until(37.1)(34)).toBe("midTraffic");
    expect(until(37.3)(34)).toBe("stateLost");
  });

  test("the same where both connections were captured at both ends: there are two clocks, and four records", () => {
    const both = (openedAt: number) =>
      judge({
        ...several(unanswered, unanswered, opened(openedAt), opened(openedAt)),
        joins: [joined("two-captures"), joined("two-captures", { places: [2, 3] })],
      }).find(({ ruleId }) => ruleId === "tcp.path.blackhole");
    expect(both(33)?.variant).toBe("stateLost");
    expect(both(37.5)?.variant).toBe("midTraffic");
  });

  test("its own record in the other capture is no new connection", () => {
    const copy = { ...opened(33), client: unanswered.client };
    const analysis = { ...several(unanswered, copy), joins: [joined("two-captures")] };
    expect(judge(analysis).find(({ ruleId }) => ruleId === "tcp.path.blackhole")?.variant).toBe("midTraffic");
  });

  test("before it got no answer", () => {
    expect(variant(unanswered, opened(20))).toBe("midTraffic");
  });

  test("of another client: nothing is known of the first one", () => {
    expect(variant(unanswered, opened(33, "10.0.0.7"))).toBe("midTraffic");
  });
});
