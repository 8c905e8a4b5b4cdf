import { expect, test } from "vitest";
import { judge } from "../../../src/rules/judging/judge.ts";
import type { HalfFacts, TcpFacts } from "../../../src/store/tcp-types.ts";
import type { ConnectionFacts } from "../../../src/store/types.ts";
import {
  abnormal,
  analysisOf,
  BACKEND_LEG,
  beat,
  connectionFacts,
  deafBeat,
  joined,
  mark,
  quietBeat,
  stalled,
  tcp,
  webSocket,
} from "../../support/facts-builder.ts";

// A proxy stopped passing pings on at 20 s; its backend pinged at 30, 40 and 50 s and gave up.

const backend = abnormal("server", 52, {
  ...BACKEND_LEG,
  webSocketFacts: { heartbeat: [quietBeat, deafBeat(20, [30, 40, 50])] },
});

/** The front leg, of which the capture lacks some bytes of the server at that time; its last ping, answered or not. */
const front = (gapSeconds: number, lastPing: number, answered = true): ConnectionFacts =>
  connectionFacts({
    tcp: tcp({ server: { missingBytes: 40, notCapturedBytes: 40 } }),
    webSocket: webSocket({
      events: [{ ...mark(gapSeconds), code: "gap", from: "server", section: "RFC 6455 §5.2", value: 40 }],
      eventCounts: { gap: 1 },
      heartbeat: [
        quietBeat,
        beat({
          pings: 1,
          answered: 1,
          lastPing: mark(lastPing),
          lastPong: mark(20.01),
          lastAnsweredPing: answered ? mark(lastPing) : mark(10),
        }),
      ],
    }),
  });

const told = (leg: ConnectionFacts): string | undefined =>
  judge(analysisOf([leg, backend], { joins: [joined("proxied")] })).find(({ ruleId }) => ruleId === "ws.pong.missing")
    ?.variant;

test("a hole of another time does not hide that the proxy passed no ping on", () => {
  expect(told(front(5, 20))).toBe("notPassedOn");
});

test("a ping may be in what the capture lacks, though", () => {
  expect(told(front(30, 20))).toBe("gaveUp");
});

test("a pong that came to the proxy was kept there", () => {
  expect(told(front(5, 50))).toBe("notPassedOn");
});

test("who did not answer what was passed on is the client", () => {
  expect(told(front(5, 50, false))).toBe("gaveUp");
});

test("what a proxy wrote to a client that nothing reaches waits in its system", () => {
  const idle = beat({ pings: 2, answered: 2, lastPing: mark(20), lastAnsweredPing: mark(20) });
  const leg = (server: Partial<HalfFacts>, more: Partial<TcpFacts> = {}) =>
    told(
      connectionFacts({
        tcp: tcp({ closedAt: null, firstCloser: null, ending: "open", server: { fin: null, ...server }, ...more }),
        webSocket: webSocket({ closeFrames: [null, null], heartbeat: [quietBeat, idle] }),
        close: { verdict: "open", clientSees: null, serverSees: null },
      }),
    );
  const unacknowledged = { bytes: 90, since: mark(29), retransmissions: 2, last: mark(31), fullSize: false };
  expect(leg({})).toBe("notPassedOn");
  expect(leg({ unacknowledged })).not.toBe("notPassedOn");
  expect(leg({ unacknowledged: { ...unacknowledged, since: mark(60), last: mark(62) } })).toBe("notPassedOn");
  expect(leg({}, { events: stalled(28) })).not.toBe("notPassedOn");
  expect(leg({}, { closedAt: mark(25), firstCloser: "client" })).not.toBe("notPassedOn");
});
