import { expect, test } from "vitest";
import { judge } from "../../../src/rules/judging/judge.ts";
import type { ConnectionFacts } from "../../../src/store/types.ts";
import type { BeatFacts } from "../../../src/store/websocket-types.ts";
import { abnormal, beat, connectionFacts, mark, quietBeat, webSocket } from "../../support/facts-builder.ts";
import { several } from "../cases/case.ts";

/** The server pings once, at 10 s; its client hangs up at 45 s. */
const young = (own: Partial<BeatFacts> = {}): ConnectionFacts =>
  abnormal("client", 45, {
    tcpFacts: { idleBeforeCloseNs: 35e9, server: { dataSegments: 2, lastData: mark(10) } },
    webSocketFacts: {
      heartbeat: [
        quietBeat,
        beat({ pings: 1, answered: 1, intervalMs: null, lastPing: mark(10), lastAnsweredPing: mark(10), ...own }),
      ],
    },
  });

const pinged = (intervalMs: number, more: Partial<ConnectionFacts> = {}): ConnectionFacts =>
  connectionFacts({
    webSocket: webSocket({ heartbeat: [quietBeat, beat({ pings: 9, answered: 9, intervalMs })] }),
    ...more,
  });

const causeOf = (...others: ConnectionFacts[]) =>
  judge(several(young(), ...others)).find(({ ruleId }) => ruleId === "ws.close.no-close-frame")?.causes[0];

test("a WebSocket that saw one ping has the interval of the server's others: its pings stopped", () => {
  expect(causeOf(pinged(10_000))).toMatchObject({
    id: "heartbeatStopped",
    args: { intervalMs: 10_000, from: "server" },
  });
});

test("not of another server, nor where they differ among themselves", () => {
  const stopped = expect.objectContaining({ id: "heartbeatStopped" });
  expect(causeOf()).not.toEqual(stopped);
  expect(causeOf(pinged(10_000, { server: { address: "10.0.0.99", port: 8080 } }))).not.toEqual(stopped);
  expect(causeOf(pinged(10_000), pinged(25_000))).not.toEqual(stopped);
});
