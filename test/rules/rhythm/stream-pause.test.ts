import { describe, expect, test } from "vitest";
import { judge } from "../../../src/rules/judging/judge.ts";
import type { ConnectionFacts } from "../../../src/store/types.ts";
import { mark, tcp, webSocket } from "../../support/facts-builder.ts";
import { streamed } from "../../support/streams.ts";
import { one, several } from "../cases/case.ts";

const told = (...all: readonly ConnectionFacts[]): string[] =>
  judge(all.length === 1 && all[0] ? one(all[0]) : several(...all))
    .filter(({ ruleId }) => ruleId === "ws.ping.stopped")
    .map(({ variant, causes }) => `${variant} ${causes[0]?.id}`);

describe("a server's even stream that paused once and went on", () => {
  test("is told, also where it sends five times a second or only some messages came before", () => {
    expect(told(streamed())).toEqual(["streamPaused peerBlocked"]);
    expect(told(streamed({ intervalSeconds: 0.2, nextSeconds: 0 }))).toEqual(["streamPaused peerBlocked"]);
    expect(told(streamed({ before: 8, after: 21 }))).toEqual(["streamPaused peerBlocked"]);
  });

  test("what was missing and came at once was held up on the way, unless it answers what was asked meanwhile", () => {
    expect(told(streamed({ made: 14 }))).toEqual(["streamLate pathInterrupted"]);
    expect(told(streamed({ made: 14, asked: [44, 42, 1] }))).toEqual(["streamLate peerBlocked"]);
  });

  test("the client's goodbye long after the pause did not ask for anything", () => {
    // The server is silent from 14.5 to 28.5 s.
    const goodbye = { made: 14, asked: [2, 42, 41] } as const;
    expect(told(streamed({ ...goodbye, clientSilent: [1, 42] }))).toEqual(["streamLate pathInterrupted"]);
    // It may have asked for the pause just before, or for its end.
    expect(told(streamed({ ...goodbye, clientSilent: [14, 42] }))).toEqual([]);
    expect(told(streamed({ ...goodbye, clientSilent: [1, 28] }))).toEqual([]);
  });

  test.each([
    ["too few messages", streamed({ before: 5 })],
    ["words of an answer, twenty a second", streamed({ intervalSeconds: 0.05, before: 100, after: 100 })],
    ["distances that vary", streamed({ nextSeconds: 2.5 })],
    ["another pause like it", streamed({ nextSeconds: 12 })],
    ["it went on when the client asked for it", streamed({ asked: [2, 27, 26] })],
    ["a report of work that began long after the opening", streamed({ fromSeconds: 9 })],
  ])("is not told of: %s", (_, connection) => {
    expect(told(connection)).toEqual([]);
  });

  test("nor where the client did not read, or the capture's clock was set forward", () => {
    const given = streamed();
    const [closedAt, server] = [given.tcp.closedAt, given.tcp.halves[1]];
    const full = tcp({ closedAt, server, client: { longestZeroWindowNs: 10e9 } });
    expect(told({ ...given, tcp: full })).toEqual([]);
    const set = tcp({ closedAt, server, clockSteps: [{ ...mark(28.5), ms: 13_000 }] });
    expect(told({ ...given, tcp: set })).toEqual([]);
  });

  test("nor where the server let somebody in meanwhile", () => {
    const given = streamed();
    const other = {
      ...streamed({ before: 1 }),
      first: mark(20),
      webSocket: webSocket({ openedAt: mark(20.1), firstFrame: [mark(20.2), mark(20.3)] }),
      tcp: tcp({ established: mark(20) }),
    };
    expect(told(given, other)).toEqual([]);
  });
});

/** Bytes of the server that the capture lacks. */
const withHole = (connection: ConnectionFacts): ConnectionFacts => {
  const [client, server] = connection.tcp.halves;
  return { ...connection, tcp: { ...connection.tcp, halves: [client, { ...server, missingBytes: 400 }] } };
};

describe("both sides' streams that stop together and go on together", () => {
  const quick = { intervalSeconds: 0.05, nextSeconds: 0, before: 100, after: 100, pauseSeconds: 6 };

  test("were held up on the way where what was missing came at once, however many messages a second", () => {
    expect(told(streamed({ ...quick, made: 118, clientLater: 0.1 }))).toEqual(["bothLate pathInterrupted"]);
    expect(told(streamed({ made: 14, clientLater: 0 }))).toEqual(["bothLate pathInterrupted"]);
  });

  test.each([
    ["applications that paused, and have nothing to make up for", streamed({ ...quick, clientLater: 0 })],
    ["a side that fell silent at another time", streamed({ ...quick, made: 118, clientLater: 4 })],
    ["a side that has nothing to say anyway", streamed({ ...quick, made: 118 })],
    ["a capture that missed some of it", withHole(streamed({ ...quick, made: 118, clientLater: 0.1 }))],
    ["a moment", streamed({ ...quick, pauseSeconds: 2.5, made: 48, clientLater: 0 })],
  ])("were not: %s", (_, connection) => {
    expect(told(connection)).toEqual([]);
  });
});
