import { describe, expect, test } from "vitest";
import { judge } from "../../../src/rules/judging/judge.ts";
import type { AckFacts, PolledAckFacts } from "../../../src/store/session-types.ts";
import type { ConnectionFacts } from "../../../src/store/types.ts";
import { BACKEND_LEG, mark, webSocket } from "../../support/facts-builder.ts";
import { polled } from "../../support/polled-sessions.ts";
import { namespace } from "../../support/session-facts.ts";
import { several } from "../cases/case.ts";

const told = (...all: ConnectionFacts[]): string[] =>
  judge(several(...all))
    .filter(({ ruleId }) => ruleId === "app.silent")
    .map(({ variant, connectionId, args }) => `${variant} #${connectionId} ${args["missing"]} ${args["event"]}`);

type Numbers = Readonly<Record<number, number>>;
const marks = (seconds: Numbers) => Object.entries(seconds).map(([id, at]) => ({ ...mark(at), id: Number(id) }));

/** A connection with polls of one session: numbers of acknowledgments that were asked for and that came, and when. */
const acks = (asked: Numbers, answered: Numbers, more: Partial<PolledAckFacts> = {}): ConnectionFacts => {
  const at = Math.max(...Object.values(asked), ...Object.values(answered), 1);
  const one = polled({ requestAt: at, responseAt: at });
  const facts: PolledAckFacts = {
    sid: "s",
    unread: null,
    isFull: false,
    namespaces: [
      {
        name: "/im",
        serverSpoke: Object.keys(answered).length > 0,
        asked: marks(asked).map((item) => ({ ...item, event: "save" })),
        answered: marks(answered),
      },
    ],
    ...more,
  };
  return { ...one, session: one.session && { ...one.session, socketIo: [namespace()], polledAcks: [facts] } };
};
const heard = (seconds: number) => polled({ requestAt: seconds - 9, responseAt: seconds });
const leg = (connection: ConnectionFacts): ConnectionFacts => ({ ...connection, ...BACKEND_LEG });

/** The session moved to this WebSocket at 3 s. */
const moved = (given: Partial<AckFacts>): ConnectionFacts => {
  const one = polled({ requestAt: 3, responseAt: 3 }, { transport: "websocket" });
  const own: AckFacts = { asked: 0, answered: 0, slowestMs: 0, serverSpoke: true, missing: [], ...given };
  return {
    ...one,
    webSocket: webSocket({ lastFrame: [mark(40), mark(30)] }),
    session: one.session && { ...one.session, socketIo: [namespace({ acks: own, served: null })] },
  };
};

describe("acknowledgments that polls ask for", () => {
  test("never come, on whichever connection of the session one looks", () => {
    expect(told(acks({ 0: 1, 1: 2 }, {}), heard(20))).toEqual(["noAckNothing #0 2 save"]);
    expect(told(acks({ 0: 1 }, {}), acks({ 1: 2 }, {}), acks({}, { 1: 2.1 }), heard(20))).toEqual([
      "someAcks #0 1 save",
    ]);
  });

  test("all come, on another connection", () => {
    expect(told(acks({ 0: 1, 1: 2 }, {}), acks({}, { 0: 1.1, 1: 2.1 }), heard(20))).toEqual([]);
  });

  test("are told once, where a proxy handed the events on", () => {
    const all = [acks({ 0: 1 }, {}), heard(20)];
    expect(told(...all, leg(acks({ 0: 1.001 }, {})), leg(heard(20)))).toEqual(["noAckNothing #0 1 save"]);
  });

  test("may be in an answer that could not be read, or among what was not kept", () => {
    const all = [acks({ 0: 1 }, {}), heard(20)];
    expect(told(...all, acks({}, {}, { unread: mark(5) }))).toEqual([]);
    expect(told(...all, acks({}, {}, { isFull: true }))).toEqual([]);
    // It came before the event was sent.
    expect(told(...all, acks({}, {}, { unread: mark(0.5) }))).toEqual(["noAckNothing #0 1 save"]);
  });

  test("come over the WebSocket to which the session has moved, or neither there", () => {
    expect(told(acks({ 0: 1 }, {}), moved({ answered: 1, elsewhere: [{ ...mark(4), id: 0 }] }))).toEqual([]);
    expect(told(acks({ 0: 1 }, {}), moved({ asked: 3, answered: 3 }))).toEqual(["someAcks #0 1 save"]);
    const there = moved({ asked: 2, answered: 1, missing: [{ ...mark(5), event: "save" }] });
    expect(told(acks({ 0: 1 }, {}), there)).toEqual(["someAcks #0 2 save"]);
  });
});
