import { expect, test } from "vitest";
import { judge } from "../../../src/rules/judging/judge.ts";
import { beat, connectionFacts, deafBeat, mark, quietBeat, tcp, webSocket } from "../../support/facts-builder.ts";
import { one } from "../cases/case.ts";

// A side that stops reading leaves the pings unread that wait before it: one fault, told once.

const warnings = (heartbeat: ReturnType<typeof beat>, zeroWindowNs: number, isShut = false) =>
  judge(
    one(
      connectionFacts({
        webSocket: webSocket({ closeFrames: [null, null], heartbeat: [quietBeat, heartbeat] }),
        tcp: tcp({
          ending: "open",
          firstCloser: null,
          closedAt: null,
          client: {
            zeroWindows: 1,
            longestZeroWindowNs: zeroWindowNs,
            zeroWindowSince: isShut ? mark(21) : null,
            fin: null,
          },
        }),
        close: { verdict: "open", clientSees: null, serverSees: null },
      }),
    ),
  )
    .filter(({ ruleId, severity }) => severity !== "note" && ruleId !== "ws.ping.stopped")
    .map(({ ruleId, causes }) => `${ruleId} ${causes[0]?.id}`);

const late = beat({
  late: 1,
  lastPing: mark(39),
  lastPong: mark(39.1),
  lastAnsweredPing: mark(39),
  slowest: { ping: mark(10), pong: mark(25), roundTripMs: 15_000 },
});

test("the late pong tells of the window that was shut", () => {
  expect(warnings(late, 14e9)).toEqual(["ws.pong.late peerStoppedReading"]);
  expect(warnings(late, 3e9)).toEqual(["tcp.zero-window peerStoppedReading", "ws.pong.late peerBlocked"]);
});

test("so do pings that stayed unanswered", () => {
  expect(warnings(deafBeat(20, [30]), 15e9, true)).toEqual(["ws.pong.missing peerStoppedReading"]);
});
