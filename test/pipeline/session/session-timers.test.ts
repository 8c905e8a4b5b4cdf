import { expect, it } from "vitest";
import { shareTimers } from "../../../src/pipeline/session/session-timers.ts";
import { judge } from "../../../src/rules/judging/judge.ts";
import type { ConnectionFacts } from "../../../src/store/types.ts";
import { analysisOf, beat, close, connectionFacts, mark, upgrade, webSocket } from "../../support/facts-builder.ts";
import { engineIoSession } from "../../support/session-facts.ts";

const timers = { pingIntervalMs: 2000, pingTimeoutMs: 1500 };

/** The poll that opened the session, and the WebSocket that it moved to: its last ping came at 36.4 s. */
const moved = (sidOfPoll: string): ConnectionFacts[] => [
  connectionFacts({
    kind: "http",
    webSocket: null,
    upgrade: null,
    session: engineIoSession({ sid: sidOfPoll, transport: "polling", timers }),
  }),
  connectionFacts({
    upgrade: upgrade({ target: "/socket.io/?EIO=4&transport=websocket&sid=s" }),
    session: engineIoSession({ sid: "s", heartbeat: [beat({ pings: 0 }), beat({ lastPing: mark(36.4) })] }),
    webSocket: webSocket({
      closeFrames: [close(39.9, null), null],
      heartbeat: [beat({ pings: 0 }), beat({ pings: 0 })],
    }),
  }),
];

it("the WebSocket of a session that began with a poll has its timers: who heard no ping for so long gave up", () => {
  const [, socket] = shareTimers(moved("s"));
  expect(socket?.session?.engineIo?.timers).toEqual(timers);
  const findings = judge(analysisOf(shareTimers(moved("s"))));
  expect(findings[0]).toMatchObject({ ruleId: "eio.pong.missing", variant: "noPing", args: { waitedMs: 3500 } });
});

it("another session's timers are not its own", () => {
  const others = moved("another");
  expect(shareTimers(others)[1]).toBe(others[1]);
  expect(judge(analysisOf(shareTimers(others))).map(({ ruleId }) => ruleId)).not.toContain("eio.pong.missing");
});
