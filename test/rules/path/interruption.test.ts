import { describe, expect, test } from "vitest";
import { relativeNs } from "../../../src/base/brand.ts";
import { judge } from "../../../src/rules/judging/judge.ts";
import {
  abnormal,
  beat,
  close,
  connectionFacts,
  deafBeat,
  mark,
  quietBeat,
  reset,
  stalled,
  tcp,
  webSocket,
} from "../../support/facts-builder.ts";
import { one } from "../cases/case.ts";

test("what greetings and heads took does not count as what a side used to say", () => {
  // 2,800 bytes in 30 s, then a silence of 9 s and 100 bytes: far less than before, unless 2,100 were a certificate.
  const suspect = (bytesBefore: number) =>
    judge(
      one(
        abnormal("server", 40, {
          tcpFacts: {
            lastSilence: { until: mark(39.5), ms: 9000, segmentsBefore: [20, 40], bytesBefore: [500, 2800] },
            client: { lastData: mark(30.4) },
            server: { lastData: mark(39.9), streamBytes: 2900 },
          },
          webSocketFacts: { bytesBefore: [0, bytesBefore] },
        }),
      ),
    ).find(({ ruleId }) => ruleId === "ws.close.no-close-frame")?.causes[0]?.id;
  expect(suspect(0)).toBe("peerBlocked");
  expect(suspect(2100)).toBe("pathInterrupted");
});

test("who wrote several beats during a silence did not stand still: they come together behind it", () => {
  const suspect = (pending: number, lastPingAt: number) =>
    judge(
      one(
        abnormal("server", 40, {
          tcpFacts: {
            lastSilence: { until: mark(39.5), ms: 9000, segmentsBefore: [20, 40], bytesBefore: [500, 990] },
            client: { lastData: mark(30.4) },
            server: { lastData: mark(39.9) },
          },
          webSocketFacts: {
            heartbeat: [beat({ pings: 0 }), beat({ intervalMs: 500, pending, lastPing: mark(lastPingAt) })],
          },
        }),
      ),
    ).find(({ ruleId }) => ruleId === "ws.close.no-close-frame")?.causes[0];
  expect(suspect(3, 39.6)).toMatchObject({ id: "pathInterrupted", confidence: "likely" });
  expect(suspect(1, 39.6)).toMatchObject({ id: "peerBlocked", confidence: "likely" });
  // Two beats, nearly as far apart as ever: it woke and went on.
  expect(suspect(2, 39.9)).toMatchObject({ id: "peerBlocked", confidence: "likely" });
});

test("a silence as long as the heartbeat's interval is the calm between two beats", () => {
  const variant = (intervalMs: number) =>
    judge(
      one(
        abnormal("server", 40, {
          tcpFacts: {
            lastSilence: { until: mark(39.5), ms: 9000, segmentsBefore: [20, 40], bytesBefore: [500, 990] },
            client: { lastData: mark(30.4) },
            server: { lastData: mark(39.9) },
          },
          webSocketFacts: { heartbeat: [beat({ pings: 0, intervalMs: null }), beat({ intervalMs })] },
        }),
      ),
    ).find(({ ruleId }) => ruleId === "ws.close.no-close-frame")?.variant;
  expect(variant(500)).toBe("afterPause");
  expect(variant(9020)).toBe("fin");
});

describe("a Close that waited behind an outage", () => {
  // As played: the server's packet is sent again until 43.4 s, the client's lost ping only then shows to be missing, and
  // comes at 49.75 s with the Close right behind it.
  const held = (code: number, reason = "", closeAt = 49.752) =>
    judge(
      one(
        connectionFacts({
          last: mark(49.76),
          tcp: tcp({
            firstCloser: "client",
            closedAt: mark(49.756),
            events: [
              ...stalled(16.6).map((event) => ({ ...event, acknowledgedNs: relativeNs(43.352e9) })),
              {
                ...mark(49.7518),
                kind: "late" as const,
                from: "client" as const,
                streamOffset: 222,
                value: 0,
                sentNs: relativeNs(43.352e9),
              },
            ],
          }),
          webSocket: webSocket({ closeFrames: [close(closeAt, code, reason), close(closeAt + 0.002, code, reason)] }),
        }),
      ),
    )
      .filter(({ ruleId }) => ruleId === "tcp.path.blackhole" || ruleId === "ws.close.code")
      .map(({ ruleId, variant, severity, followsFrom }) => [`${ruleId} ${variant}`, severity, followsFrom]);

  test("with a code of the application's: the outage is the fault, and the Close follows from it", () => {
    expect(held(4001)).toEqual([
      ["tcp.path.blackhole closedMeanwhile", "error", null],
      ["ws.close.code private", "note", "tcp.path.blackhole"],
    ]);
  });

  test("with a code that an outage does not bring about, or long behind it: each for itself", () => {
    expect(held(1007)[0]?.slice(0, 2)).toEqual(["ws.close.code invalidPayload", "error"]);
    expect(held(4001, "", 55)).toEqual([
      ["ws.close.code private", "error", null],
      ["tcp.path.blackhole survived", "warning", null],
    ]);
  });
});

test("a ping that was the first packet of the interruption is no warning beside it", () => {
  const events = stalled(32.9).map((event) => ({ ...event, sentNs: relativeNs(32.9e9) }));
  const facts = abnormal("client", 40, {
    webSocketFacts: { heartbeat: [quietBeat, deafBeat(30, [32.9], false)] },
    tcpFacts: {
      ending: "rst",
      resets: [reset({ from: "client", answers: mark(39.999), hasAck: false })],
      events,
      client: { lastData: mark(30), lastPacket: mark(30) },
    },
  });
  const severities = judge(one(facts)).map(({ ruleId, severity }) => `${severity} ${ruleId}`);
  expect(severities).toContain("note ws.pong.missing");
  expect(severities.filter((line) => !line.startsWith("note"))).toEqual(["error tcp.rst"]);
});
