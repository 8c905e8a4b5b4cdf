import { describe, expect, test } from "vitest";
import { judge } from "../../../src/rules/judging/judge.ts";
import type { ConnectionFacts } from "../../../src/store/types.ts";
import { close, connectionFacts, mark, refusedSyn, tcp, webSocket } from "../../support/facts-builder.ts";
import { several } from "../cases/case.ts";

/** The server closes it at 39.9 s, and hears the client's answer. */
const closed = (code: number, reason = "", from = 0): ConnectionFacts =>
  connectionFacts({
    first: mark(from),
    last: mark(40),
    tcp: tcp({ established: mark(from), firstCloser: "server", closedAt: mark(39.97) }),
    webSocket: webSocket({
      openedAt: mark(from + 0.01),
      closeFrames: [close(39.95, code, reason), close(39.9, code, reason)],
    }),
  });

const openAgain = (seconds: number): ConnectionFacts => {
  const one = connectionFacts({ first: mark(seconds), last: mark(seconds + 10) });
  return {
    ...one,
    webSocket: webSocket({ openedAt: mark(seconds + 0.01), closeFrames: [null, null] }),
    tcp: tcp({ established: mark(seconds), closedAt: null, firstCloser: null, ending: "open" }),
  };
};

const told = (...connections: ConnectionFacts[]) =>
  judge(several(...connections))
    .filter(({ ruleId }) => ruleId === "ws.close.code" || ruleId === "tcp.open.refused")
    .map(({ ruleId, severity, followsFrom }) => [ruleId, severity, followsFrom]);

const FOLLOWS = ["tcp.open.refused", "note", "ws.close.code"];

describe("a port that refuses for a moment after its server has taken its leave", () => {
  test("is one restart: the Close tells it, and the refusal follows from it", () => {
    expect(told(closed(1012), refusedSyn(42), openAgain(45))).toEqual([["ws.close.code", "warning", null], FOLLOWS]);
  });

  test("whatever the code, where the server closed with it all that it had", () => {
    const both = [closed(4001, "bye"), closed(4001, "bye", 1)];
    expect(told(...both, refusedSyn(42), openAgain(45))).toEqual([["ws.close.code", "error", null], FOLLOWS]);
    expect(told(closed(4001, "bye"), refusedSyn(42), openAgain(45))[1]?.[1]).toBe("warning");
  });

  test("stands for itself where the server had let somebody in again, or was still talking, or came much later", () => {
    const refusal = (...others: ConnectionFacts[]) =>
      told(closed(1012), ...others).find(([ruleId]) => ruleId === "tcp.open.refused");
    expect(refusal(openAgain(41), refusedSyn(52), openAgain(55))).toEqual(["tcp.open.refused", "warning", null]);
    expect(refusal(connectionFacts({ last: mark(90) }), refusedSyn(42), openAgain(45))?.[2]).toBeNull();
    expect(refusal(refusedSyn(51), openAgain(55))).toEqual(["tcp.open.refused", "warning", null]);
  });

  test("and never was served again: an error", () => {
    expect(told(closed(1012), refusedSyn(42))).toContainEqual(["tcp.open.refused", "error", null]);
  });
});
