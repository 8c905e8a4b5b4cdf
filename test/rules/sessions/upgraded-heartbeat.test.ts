import { expect, test } from "vitest";
import { judge } from "../../../src/rules/judging/judge.ts";
import type { ConnectionFacts } from "../../../src/store/types.ts";
import {
  analysisOf,
  BACKEND_LEG,
  close,
  connectionFacts,
  deafBeat,
  joined,
  mark,
  quietBeat,
  stalled,
  tcp,
  upgrade,
  webSocket,
} from "../../support/facts-builder.ts";
import { pinged, polled } from "../../support/polled-sessions.ts";
import { engineIoSession } from "../../support/session-facts.ts";

// A session of Engine.IO that began by polls and moved to a WebSocket: its opening, and its timers, stand on the polls.

const timers = { pingIntervalMs: 10_000, pingTimeoutMs: 5_000 };

const opening = polled(
  { requestAt: 0.9, responseAt: 1 },
  { open: { ...mark(1), ...timers, upgrades: ["websocket"], maxPayloadBytes: null } },
);

/** The client closed its WebSocket then. */
const left = (seconds: number, facts: Partial<ConnectionFacts> = {}): ConnectionFacts =>
  connectionFacts({
    upgrade: upgrade({ target: "/socket.io/?EIO=4&transport=websocket&sid=s" }),
    session: engineIoSession({ sid: "s", timers, heartbeat: [quietBeat, quietBeat] }),
    webSocket: webSocket({ closeFrames: [close(seconds, null), null], heartbeat: [quietBeat, quietBeat] }),
    tcp: tcp({ closedAt: mark(seconds) }),
    ...facts,
  });

const told = (...all: ConnectionFacts[]): string[] =>
  judge(analysisOf(all))
    .filter(({ ruleId }) => ruleId === "eio.pong.missing")
    .map(({ variant, severity, args }) => `${severity} ${variant} ${args["waitedMs"]}`);

test("a client that leaves when its patience for the first ping ends had waited since the session's opening", () => {
  expect(told(opening, left(16))).toEqual(["error noPing 15000"]);
  expect(told(opening, left(20))).toEqual([]);
  // Not that of another session, nor one that the capture does not hold.
  expect(told(left(16))).toEqual([]);
});

test("or since the last ping that came on its polls", () => {
  expect(told(opening, pinged(11), left(26))).toEqual(["error noPing 15000"]);
  expect(told(opening, pinged(11), left(16))).toEqual([]);
});

test("a client whose way to the proxy was interrupted did not stop answering", () => {
  const unanswered = engineIoSession({ sid: "s", timers, heartbeat: [quietBeat, deafBeat(20, [30])] });
  const back = left(35, {
    ...BACKEND_LEG,
    session: unanswered,
    webSocket: webSocket({ closeFrames: [null, close(35, null)], heartbeat: [quietBeat, quietBeat] }),
  });
  const variants = (front: ConnectionFacts) =>
    judge(analysisOf([front, back], { joins: [joined("proxied")] }))
      .filter(({ ruleId }) => ruleId === "eio.pong.missing")
      .map(({ variant, causes }) => `${variant} ${causes[0]?.id}`);
  expect(variants(left(60))).toContain("gaveUp pageFrozen");
  expect(variants(left(60, { tcp: tcp({ closedAt: mark(60), events: stalled(30) }) }))).toContain(
    "gaveUpPath pathInterrupted",
  );
});
