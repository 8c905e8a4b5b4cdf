import { expect, test } from "vitest";
import { judge } from "../../../src/rules/judging/judge.ts";
import type { Finding } from "../../../src/rules/types.ts";
import type { ConnectionFacts } from "../../../src/store/types.ts";
import { abnormal, connectionFacts, mark, refusedSyn, reset, tcp } from "../../support/facts-builder.ts";
import { several } from "../cases/case.ts";

const errors = (...connections: ConnectionFacts[]): Finding[] =>
  judge(several(...connections)).filter(({ severity }) => severity === "error");

const texts = (count: number) => ({ text: count, binary: 0, bytes: count * 30 });

/** Ended by the server at that time; the client's last message came so long before. */
const ended = (seconds: number, lastMessage = 20, messages = 4, at = 0.005): ConnectionFacts =>
  abnormal("server", seconds, {
    webSocketFacts: {
      openedAt: mark(at),
      lastFrame: [mark(lastMessage), mark(20.1)],
      lastMessage: [mark(lastMessage), mark(20.1)],
      messages: [texts(messages), texts(4)],
    },
  });

const torn = (seconds: number): ConnectionFacts =>
  abnormal("server", seconds, {
    webSocketFacts: { lastFrame: [mark(seconds - 0.2), mark(20.1)], lastMessage: [mark(seconds - 0.2), mark(20.1)] },
    tcpFacts: { ending: "rst", resets: [reset({ at: seconds })], client: { fin: null }, server: { fin: null } },
  });

test("a crash is told by the connection whose message the program failed on, and once", () => {
  // The first to end is not the one with the message.
  const [finding, ...others] = errors(ended(43.7), ended(43.71, 43.7), torn(43.72));
  expect(others).toEqual([]);
  expect(finding).toMatchObject({ ruleId: "ws.close.no-close-frame", connectionId: 1, alsoConnections: [0] });
  expect(finding?.causes.slice(0, 2).map(({ id, confidence }) => `${confidence} ${id}`)).toEqual([
    "likely failedOnMessage",
    "likely serverDied",
  ]);
  const torns = judge(several(ended(43.7), ended(43.71, 43.7), torn(43.72))).filter(
    ({ connectionId }) => connectionId === 2,
  );
  expect(torns.map(({ severity, followsFrom }) => [severity, followsFrom])).toEqual([
    ["note", "ws.close.no-close-frame"],
    ["note", "ws.close.no-close-frame"],
  ]);
});

test("a restart that ends some by FIN and some by RST is one error, and so are the refusals after it", () => {
  const restart = [ended(43.7), torn(43.71), refusedSyn(45), refusedSyn(46)];
  expect(errors(...restart).map(({ ruleId, connectionId }) => [ruleId, connectionId])).toEqual([
    ["ws.close.no-close-frame", 0],
  ]);
  expect(judge(several(...restart)).filter(({ ruleId }) => ruleId === "tcp.open.refused")).toMatchObject([
    { severity: "note", followsFrom: "ws.close.no-close-frame" },
  ]);
});

test("among many connections one has a message just before the end by chance", () => {
  const busy = (count: number) =>
    errors(...Array.from({ length: count }, (_, index) => ended(43.75, index === 3 ? 43.74 : 43.4, 7)))[0]?.causes[0]
      ?.id;
  expect([busy(4), busy(40)]).toEqual(["failedOnMessage", "serverDied"]);
});

test("a teardown that takes a while is one death, unless somebody was let in meanwhile", () => {
  // One by one, close after each other.
  const many = Array.from({ length: 30 }, (_, index) => ended(43 + index * 0.045));
  expect(errors(...many)).toHaveLength(1);
  // A few, farther apart, of two clients: the port refuses afterwards.
  const of = (address: string, one: ConnectionFacts) => ({ ...one, client: { ...one.client, address } });
  const few = [ended(43), of("10.0.0.77", ended(43.6)), torn(44.1), of("10.0.0.77", torn(45.2))];
  expect(errors(...few, refusedSyn(46)).map(({ connectionId }) => connectionId)).toEqual([0]);
  const letIn = connectionFacts({ first: mark(43.3), tcp: tcp({ established: mark(43.3) }) });
  expect(errors(...few, letIn, refusedSyn(46)).length).toBeGreaterThan(1);
});

test("two deaths are two errors", () => {
  const twice = [ended(23.3), torn(23.31), ended(43.7), torn(43.71), refusedSyn(24), refusedSyn(45)];
  expect(
    errors(...twice)
      .map(({ connectionId }) => connectionId)
      .sort(),
  ).toEqual([0, 2]);
});
