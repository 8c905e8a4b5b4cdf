import type { Direction, Side } from "../../../base/brand.ts";
import type { ConnectionFacts } from "../../../store/types.ts";
import type { Context } from "../../context/context.ts";
import { heartbeatHabits } from "../../context/timers.ts";
import { cause, type Draft, draft, lesser, shows } from "../../draft.ts";
import { forwardedBy, handshakeOf } from "../../handshake/upgrade-outcome.ts";
import { endingEvidence, neverCameEvidence } from "../../reading/ending.ts";
import {
  directionOf,
  endOf,
  hasEnded,
  lostBytes,
  NS_PER_MS,
  otherSide,
  spanMs,
  spokeBetween,
} from "../../reading/reading.ts";
import { stallWithin } from "../../reading/stall.ts";
import { stoppedTalking } from "../../rhythm/data-rhythm.ts";
import { answersWrongly, isTimerLike, type MissedBeat, missedBeat } from "../../rhythm/heartbeat.ts";
import { isStuck, keptBy } from "../../rhythm/kept-pings.ts";
import { cameLate, slowPathMs } from "../../rhythm/slow-path.ts";
import { goesOn, stoodStill } from "../../rhythm/standstill.ts";
import { sealedBeat } from "../../sealed/sealed-beat.ts";
import { givesUpItself } from "../../timers/library-timers.ts";
import type { Cause, EvidenceItem } from "../../types.ts";
import type { Rule } from "../rule.ts";

const SHOWN_PINGS = 5;
/** What was under way when the ping was sent has come by then. */
const LEAST_TALK_NS = 1e9;

function evidenceOf(missed: MissedBeat, connection: ConnectionFacts): (EvidenceItem | null)[] {
  const from = missed.pinger;
  const close = connection.webSocket?.closeFrames[directionOf(from)] ?? null;
  const late = lossBefore(missed, connection);
  return [
    shows(missed.beat.lastPong, "lastPong", { from: otherSide(from) }),
    ...missed.dead
      .slice(0, SHOWN_PINGS)
      .map((ping) =>
        shows(
          ping,
          ping.acknowledged === true
            ? "unansweredPingAcknowledged"
            : ping.acknowledged === false
              ? "unansweredPingUnacknowledged"
              : "unansweredPing",
          { from },
        ),
      ),
    shows(late, "cameLate", { from: otherSide(from), ms: late?.ms ?? 0 }),
    neverCameEvidence(connection, otherSide(from)),
    close === null ? null : shows(close, "closeFrame", { from, code: close.code, reason: close.reason }),
    endingEvidence(connection),
  ];
}

/** Bytes of the peer that were missing for most of the wait: a pong behind them could not come. */
const lossBefore = ({ pinger, first, waitedMs }: MissedBeat, { tcp }: ConnectionFacts) =>
  cameLate(tcp, otherSide(pinger), first.timestampNs, first.timestampNs + waitedMs * NS_PER_MS);

function causesOf(missed: MissedBeat, connection: ConnectionFacts): (Cause | false)[] {
  const to = otherSide(missed.pinger);
  const peer = connection.tcp.halves[directionOf(to)];
  const endNs = missed.first.timestampNs + missed.waitedMs * NS_PER_MS;
  const still = stoodStill(missed, connection);
  // What it said when it woke up, or only after the pinger had hung up, does not show that it was awake before.
  const dataAfter = still === null && goesOn(connection, directionOf(to), missed.first.timestampNs, endNs);
  if (missed.blocked) return [cause("likely", "peerStoppedReading", { to }), cause("possible", "peerBlocked", { to })];
  if (missed.deaf) return [cause("likely", "peerStoppedReading", { to: missed.pinger })];
  if (missed.acknowledged === false && spokeMeanwhile(missed, connection))
    return [cause("likely", "dropsOneWay", { to, port: connection.server.port }), cause("likely", "slowPath", {})];
  if (missed.acknowledged === false)
    return [
      cause("likely", "peerVanished", { to }),
      cause("possible", "firewallState", {}),
      cause("possible", "pathMtu", { to: connection[to].address }),
    ];
  // Bytes of the peer that nobody repaired: what it said after them is stuck behind the hole.
  const holeBytes = lostBytes(peer);
  if (holeBytes > 0)
    return [cause("likely", "pongsBehindLoss", { to, bytes: holeBytes }), cause("possible", "peerBlocked", { to })];
  const marks = to === "client" ? forwardedBy(handshakeOf(connection)) : null;
  const isLossy = lossBefore(missed, connection) !== null;
  return [
    still !== null && cause("likely", "stoodStill", { to, idleMs: still.ms }),
    dataAfter && cause("likely", "pongsNotSent", { to }),
    marks !== null && cause("likely", "behindProxy", { marks }),
    !dataAfter &&
      missed.dead.length > 1 &&
      hasNever(missed, connection) &&
      // Who talked all the time until then knows pings or not, but it stopped altogether.
      cause(
        stoppedTalking(connection, directionOf(to), missed.first.timestampNs + missed.waitedMs * 1e6) === null
          ? "likely"
          : "possible",
        "neverPongs",
        { to },
      ),
    isLossy && cause("likely", "slowPath", {}),
    missed.acknowledged === true &&
      !dataAfter &&
      still === null &&
      cause(isLossy ? "possible" : "likely", "peerBlocked", { to }),
    to === "client" &&
      !dataAfter &&
      cause("likely", "pageFrozen", { patienceMs: missed.beat.intervalMs && 3 * missed.beat.intervalMs }),
    missed.acknowledged === null && cause("possible", "peerVanished", { to }),
    ...habitCauses(missed, connection),
  ];
}

/** The peer went on talking until the pinger gave up: it is alive, and the way back is open. */
function spokeMeanwhile(missed: MissedBeat, connection: ConnectionFacts): boolean {
  const peer = directionOf(otherSide(missed.pinger));
  const fromNs = missed.first.timestampNs + LEAST_TALK_NS;
  const untilNs = missed.first.timestampNs + missed.waitedMs * NS_PER_MS;
  // Its first words after all that time, which drew the end, do not count.
  const { longestPause: pause } = connection.tcp.halves[peer];
  const brokeSilence =
    pause !== null &&
    pause.until.timestampNs > untilNs - LEAST_TALK_NS &&
    pause.until.timestampNs - pause.ms * NS_PER_MS <= fromNs;
  return !brokeSilence && spokeBetween(connection, peer, fromNs, untilNs);
}

/** The habit whose interval and patience this end shows: tells which timer to look at. */
function habitCauses(missed: MissedBeat, connection: ConnectionFacts): Cause[] {
  const byItself = missed.gaveUp ? givesUpItself(connection, missed.pinger, otherSide(missed.pinger)) : null;
  if (byItself !== null) return [byItself];
  const seconds = (missed.beat.intervalMs ?? 0) / 1000;
  const patience = (missed.sincePongMs ?? missed.waitedMs) / 1000;
  if (!missed.gaveUp || seconds === 0) return [];
  return heartbeatHabits
    .filter(
      (habit) =>
        (habit.pinger === "either" || habit.pinger === missed.pinger) &&
        Math.abs(habit.intervalSeconds - seconds) <= habit.intervalSeconds * 0.1 &&
        patience >= habit.giveUpSeconds[0] &&
        patience <= habit.giveUpSeconds[1],
    )
    .map((habit) => cause("possible", "heartbeatHabit", { timer: habit.name, setting: habit.setting }));
}

/** Not one pong since the handshake: nobody can have stopped answering. */
const hasNever = (missed: MissedBeat, connection: ConnectionFacts): boolean =>
  missed.beat.answered === 0 &&
  missed.beat.lastPong === null &&
  connection.webSocket?.midstream === false &&
  !connection.tcp.oneWay &&
  stoodStill(missed, connection) === null;

const hasHole = ({ tcp }: ConnectionFacts, pinger: Side): boolean => {
  return lostBytes(tcp.halves[directionOf(otherSide(pinger))]) > 0;
};

/** The pinger gave up while the path let nothing through, or only after seconds: the peer's program may be fine. */
function heldUp(missed: MissedBeat, connection: ConnectionFacts, direction: Direction): Draft | null {
  if (!missed.gaveUp || missed.blocked || missed.deaf) return null;
  const from = missed.pinger;
  const to = otherSide(from);
  const since = missed.first.timestampNs;
  const until = since + missed.waitedMs * 1e6;
  const evidence = evidenceOf(missed, connection);
  const parts = { at: missed.first, severity: "error" } as const;
  const args = {
    from,
    to,
    missing: missed.dead.length,
    intervalMs: missed.beat.intervalMs,
    sincePongMs: missed.sincePongMs,
    waitedMs: missed.waitedMs,
    closer: from,
  };
  const slowMs = lateMs(missed, connection, direction) ?? slowPathMs(connection, since, until);
  const inFront = bytesInFront(missed, connection);
  if (inFront !== null)
    return draft("ws.pong.missing", "gaveUpBehindMessage", {
      ...parts,
      args: { ...args, bytes: inFront },
      evidence: [
        ...evidence,
        shows(connection.webSocket?.unfinishedMessage[directionOf(to)], "unfinishedMessage", {
          from: to,
          bytes: inFront,
        }),
      ],
      causes: [cause("likely", "queuedBehindData", {}), cause("likely", "slowPath", {})],
    });
  const isAlive = spokeMeanwhile(missed, connection);
  const stall = slowMs !== null && isAlive ? null : stallWithin(connection, since, until);
  if (stall !== null && missed.acknowledged !== false)
    return draft("ws.pong.missing", "gaveUpPath", {
      ...parts,
      args: { ...args, outageMs: stall.ms, repeats: stall.repeats },
      evidence: [...evidence, shows(stall.first, "retransmission", { from: stall.from })],
      causes: [cause("likely", "pathInterrupted", { idleMs: stall.ms }), cause("possible", "peerBlocked", { to })],
    });
  if (
    slowMs === null ||
    (missed.acknowledged === false && !isAlive && !missed.dead.some((ping) => ping.acknowledgedLate))
  )
    return null;
  return draft("ws.pong.missing", "gaveUpSlow", {
    ...parts,
    args: { ...args, slowMs },
    evidence,
    causes: [cause("likely", "slowPath", {}), cause("possible", "peerBlocked", { to })],
  });
}

/** How long the ping took that TCP acknowledged only after its sender had given up. */
function lateMs({ dead }: MissedBeat, { tcp }: ConnectionFacts, direction: Direction): number | null {
  const late = dead.find(({ acknowledgedLate }) => acknowledgedLate);
  const { lastAcknowledged } = tcp.halves[direction];
  return late === undefined || lastAcknowledged === null ? null : spanMs(late, lastAcknowledged);
}

/** It was sending one message all that time, and it came on until the end: no pong can pass within a frame. */
function bytesInFront(missed: MissedBeat, connection: ConnectionFacts): number | null {
  const peer = directionOf(otherSide(missed.pinger));
  const message = connection.webSocket?.unfinishedMessage[peer] ?? null;
  const { lastData } = connection.tcp.halves[peer];
  if (message === null || lastData === null || connection.webSocket?.incompleteFrameBytes[peer] === 0) return null;
  const endNs = missed.first.timestampNs + missed.waitedMs * NS_PER_MS;
  const isAllAlong = message.timestampNs <= missed.first.timestampNs && endNs - lastData.timestampNs < FLOWING_NS;
  return isAllAlong ? message.bytes : null;
}

/** A path that carries a message slowly still brings something of it that often. */
const FLOWING_NS = 3e9;

/** It answered, and whoever compares did not take it for an answer: its program runs, and the path is open. */
function wrongPayload(missed: MissedBeat, evidence: readonly (EvidenceItem | null)[]): Draft {
  const { beat, dead, first, gaveUp, pinger: from, waitedMs } = missed;
  const to = otherSide(from);
  const args = { from, to, missing: dead.length, intervalMs: beat.intervalMs };
  const parts = {
    at: first,
    evidence,
    causes: [cause("likely", "wrongPongs", { to })],
  };
  if (!gaveUp) return draft("ws.pong.missing", "wrongPayload", { ...parts, args });
  return draft("ws.pong.missing", "gaveUpWrongPayload", {
    ...parts,
    severity: "error",
    confidence: dead.length > 1 ? "certain" : "likely",
    args: { ...args, waitedMs, closer: from },
  });
}

function checkDirection(connection: ConnectionFacts, direction: Direction, context: Context): Draft | null {
  const missed = missedBeat(connection, direction, context);
  if (missed === null) return null;
  const { beat, pinger: from } = missed;
  const base = {
    from,
    to: otherSide(from),
    missing: missed.dead.length,
    intervalMs: beat.intervalMs,
    sincePongMs: missed.sincePongMs,
  };
  // What the other leg shows is the reason: this one only gave up for it.
  const isConsequence = missed.gaveUp && isStuck(missed, connection, direction, context);
  const causes = causesOf(missed, connection);
  const parts = {
    at: isConsequence ? endOf(connection) : missed.first,
    evidence: evidenceOf(missed, connection),
    causes: isConsequence ? causes.map((one) => one && lesser(one)) : causes,
  };
  const proxy = keptBy(missed, connection, direction, context);
  if (proxy !== null && hasEnded(connection))
    return draft("ws.pong.missing", "notPassedOn", {
      ...parts,
      severity: "error",
      args: { ...base, proxy, waitedMs: missed.waitedMs },
      causes: [cause("likely", "proxyStuck", { proxy })],
    });
  if (answersWrongly(beat)) return wrongPayload(missed, parts.evidence);
  const byPath = heldUp(missed, connection, direction);
  if (byPath !== null) return byPath;
  if (missed.gaveUp) {
    const variant = missed.blocked
      ? "gaveUpBlocked"
      : missed.deaf
        ? "gaveUpDeaf"
        : missed.acknowledged === false
          ? spokeMeanwhile(missed, connection)
            ? "gaveUpOneWay"
            : "gaveUpUnacknowledged"
          : hasHole(connection, from)
            ? "gaveUpLoss"
            : hasNever(missed, connection)
              ? "neverAnswered"
              : "gaveUp";
    return draft("ws.pong.missing", variant, {
      ...parts,
      severity: "error",
      confidence: missed.dead.length > 1 || beat.answered > 0 ? "certain" : "likely",
      args: { ...base, waitedMs: missed.waitedMs, closer: from },
    });
  }
  if (missed.closedPlainly) {
    // Pongs that stopped, or a first ping that was not waited for any longer; who gets none at all and goes on can do without.
    const code = connection.webSocket?.closeFrames[direction]?.code;
    return draft("ws.pong.missing", "mayHaveGivenUp", {
      ...parts,
      severity: beat.answered > 0 || (beat.pings === 1 && isTimerLike(missed.waitedMs)) ? "error" : undefined,
      confidence: "likely",
      args: { from, to: base.to, missing: base.missing, intervalMs: beat.intervalMs, waitedMs: missed.waitedMs, code },
    });
  }
  if (hasEnded(connection)) return draft("ws.pong.missing", "survived", { ...parts, args: base });
  return draft("ws.pong.missing", "ongoing", { ...parts, args: { ...base, waitedMs: missed.waitedMs } });
}

export const pongMissing: Rule = {
  id: "ws.pong.missing",
  severity: "warning",
  spec: "RFC 6455 §5.5.2, §5.5.3",
  causes: [
    "peerBlocked",
    "pageFrozen",
    "pongsNotSent",
    "wrongPongs",
    "stoodStill",
    "overslept",
    "neverPongs",
    "proxyStuck",
    "slowPath",
    "queuedBehindData",
    "dropsOneWay",
    "pathInterrupted",
    "behindProxy",
    "peerStoppedReading",
    "peerVanished",
    "pathMtu",
    "pongsBehindLoss",
    "heartbeatHabit",
    "libraryTimer",
    "firewallState",
    "damagingPath",
    "keysWouldTell",
  ],
  sources: [
    "https://github.com/websockets/ws#how-to-detect-and-close-broken-connections",
    "https://websockets.readthedocs.io/en/stable/topics/keepalive.html",
  ],
  check: (connection, context) =>
    connection.webSocket === null
      ? sealedBeat(connection, context)
      : ([1, 0] as const)
          .map((direction) => checkDirection(connection, direction, context))
          .filter((item) => item !== null),
};
