import { expect, test } from "vitest";
import { judge } from "../../../src/rules/judging/judge.ts";
import { abnormal, beat, mark, quietBeat } from "../../support/facts-builder.ts";
import { one } from "../cases/case.ts";

/** The server's pings came every 10 s, the last one at 27 s; the client hung up at `end`. */
const causes = (end: number, pings: number) =>
  judge(
    one(
      abnormal("client", end, {
        webSocketFacts: {
          heartbeat: [
            quietBeat,
            beat({ pings, lastPing: mark(27), lastPong: mark(27.002), lastAnsweredPing: mark(27) }),
          ],
          lastFrame: [mark(27.002), mark(27)],
        },
        tcpFacts: { idleBeforeCloseNs: (end - 27.002) * 1e9 },
      }),
    ),
  )[0]?.causes.map(({ id, confidence }) => `${confidence} ${id}`) ?? [];

test("a client whose server stopped pinging hung up for that, and not for an unknown timer", () => {
  expect(causes(52.002, 4)[0]).toBe("likely heartbeatStopped");
  expect(causes(52.002, 4)).toContain("possible unknownIdleTimer");
});

test("one missed ping, or two pings in all, are no rhythm that broke off", () => {
  expect(causes(42.002, 4)).not.toContain("likely heartbeatStopped");
  expect(causes(52.002, 2)).not.toContain("likely heartbeatStopped");
});
