import { describe, expect, test } from "vitest";
import { judge } from "../../../src/rules/judging/judge.ts";
import type { HalfFacts } from "../../../src/store/tcp-types.ts";
import type { WebSocketFacts } from "../../../src/store/websocket-types.ts";
import { abnormal, beat, mark, reset, stalled } from "../../support/facts-builder.ts";
import { one } from "../cases/case.ts";

// Connections that were in regular use until nothing came any more: no idle timer applies to them.

const ERROR_OR_NONE = ["tcp.rst", "tcp.rst.after-idle"];

/** Both were last heard at 15 s; at 70 s the client speaks again, and an RST answers. */
const woken = (server: Partial<HalfFacts>, client: Partial<HalfFacts> = {}, more: Partial<WebSocketFacts> = {}) =>
  judge(
    one(
      abnormal("server", 70, {
        tcpFacts: {
          ending: "rst",
          resets: [reset({ at: 70, answers: mark(69.99), hasAck: false })],
          client: { lastAcknowledged: mark(15), lastData: mark(69.99), ...client },
          server: { lastData: mark(15), ...server },
        },
        webSocketFacts: {
          heartbeat: [beat({ pings: 0, intervalMs: null }), beat({ pings: 0, intervalMs: null })],
          ...more,
        },
      }),
    ),
  ).find(({ ruleId, severity }) => ERROR_OR_NONE.includes(ruleId) && severity === "error");

const gap = (untilSeconds: number, ms: number, nextMs = 1050, segmentsBefore = 10) => ({
  until: mark(untilSeconds),
  ms,
  nextMs,
  segmentsBefore,
  peerSpokeMs: 0,
});

describe("a packet that was answered by RST after a silence", () => {
  test("of a connection on which the server sent every second was no forgotten idle one", () => {
    const finding = woken({ dataSegments: 15, longestPause: gap(10, 1100) });
    expect(finding).toMatchObject({ ruleId: "tcp.rst", variant: "afterBreak", confidence: "likely" });
    expect(finding?.args).toMatchObject({ from: "server", to: "client", of: "server", outageMs: 54_990 });
    expect(finding?.causes.map(({ id }) => id)).not.toContain("stateForgotten");
  });
  test("nor where the client did, and goes on with it", () => {
    expect(woken({ dataSegments: 2 }, { dataSegments: 16, longestPause: gap(69.99, 54_990, 1050, 15) })).toMatchObject({
      variant: "afterBreak",
      args: { of: "client" },
    });
  });
  test("nor where pings came until then", () => {
    const pings = beat({ pings: 3, answered: 3, intervalMs: 5000, lastPing: mark(15), lastPong: mark(15) });
    expect(woken({}, {}, { heartbeat: [beat({ pings: 0 }), pings] })).toMatchObject({ variant: "afterBreak" });
  });
  test("may be of a forgotten one where people talked, or a download had ended, or it was all long ago", () => {
    for (const calm of [
      { dataSegments: 15, longestPause: gap(10, 4000, 2000) },
      { dataSegments: 5000, longestPause: null },
      { dataSegments: 15, longestPause: gap(3, 1100), lastData: mark(4) },
      { dataSegments: 4, longestPause: null },
    ])
      expect(woken(calm)?.ruleId).toBe("tcp.rst.after-idle");
  });
});

test("who sent the same again and again was there: until the next time is due it has not restarted", () => {
  const variant = (endSeconds: number) =>
    judge(
      one(
        abnormal("server", endSeconds, {
          tcpFacts: {
            ending: "rst",
            events: stalled(20, "server"),
            resets: [reset({ at: endSeconds, answers: mark(endSeconds - 0.01), hasAck: false })],
            server: { lastData: mark(20), lastPacket: mark(27) },
          },
        }),
      ),
    ).find(({ ruleId }) => ruleId === "tcp.rst")?.variant;
  // Sent again 3.5 s and 7 s after the first time: the next one would come after 14 s.
  expect(variant(34)).toBe("afterOutage");
});

test("data that is lost after a break is no idle connection either", () => {
  const variant = (dataSegments: number) =>
    judge(
      one(
        abnormal("server", 90, {
          tcpFacts: {
            ending: "open",
            firstCloser: null,
            closedAt: null,
            client: {
              fin: null,
              lastAcknowledged: mark(15),
              lastData: mark(60),
              unacknowledged: { bytes: 20, since: mark(60), retransmissions: 6, last: mark(80), fullSize: false },
            },
            server: { fin: null, dataSegments, lastData: mark(15), lastPacket: mark(15), longestPause: gap(10, 1100) },
          },
          close: { verdict: "open", clientSees: null, serverSees: null },
        }),
      ),
    ).find(({ ruleId }) => ruleId === "tcp.path.blackhole")?.variant;
  expect(variant(15)).toBe("midTraffic");
  expect(variant(4)).toBe("afterIdle");
});
