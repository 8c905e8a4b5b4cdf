import { relativeNs, type Side } from "../../base/brand.ts";
import type { Mark } from "../../base/packet-view.ts";
import type { ConnectionFacts } from "../../store/types.ts";
import type { BeatFacts } from "../../store/websocket-types.ts";
import { shows } from "../draft.ts";
import { fullUntil } from "../reading/full-window.ts";
import { directionOf, otherSide, spanMs } from "../reading/reading.ts";
import { type Stall, stallWithin } from "../reading/stall.ts";
import { frozenBefore } from "../rhythm/standstill.ts";
import type { EvidenceItem } from "../types.ts";
import { JUST_BEFORE_NS, stallHolding } from "./held-end.ts";
import { type OutageLength, outageLength } from "./outage.ts";

/** A time in which the path let nothing through, and after which the connection ended at once. */
export interface Interruption {
  readonly ms: number;
  /** For how long the path was closed, as far as that shows. */
  readonly length: OutageLength;
  /** Whose packets were sent again although they had arrived: what the other side answered got lost. null: nobody's. */
  readonly unanswered: Side | null;
  /** How often a packet was sent again meanwhile; null: the capture stands where nothing arrived, and saw only silence. */
  readonly repeats: number | null;
  /** When the first of those packets was sent for the first time. */
  readonly since: Mark | null;
  /** What came after the silence is far less than what had been sent during it: the program stood still, not the path. */
  readonly paused: boolean;
  /** Its system acknowledged all the while what the other side sent: only its program stood still. */
  readonly acknowledging: boolean;
  readonly evidence: readonly (EvidenceItem | null)[];
}

/** What the other side sends at the end is an answer too. */
const answerNs = ({ last, from: repeater }: Stall, at: Mark, from: Side): number | null =>
  last.acknowledgedNs ?? (from === repeater ? null : at.timestampNs);

/** The path was interrupted until just before `at`, when the packets of `from` came through again. */
export function interruptionBefore(connection: ConnectionFacts, at: Mark, from: Side): Interruption | null {
  const stall =
    stallWithin(connection, at.timestampNs - JUST_BEFORE_NS, at.timestampNs) ?? stallHolding(connection, at, from);
  if (stall !== null)
    return {
      ms: stall.ms,
      length: outageLength(connection, stall.from, stall.sinceNs, answerNs(stall, at, from)),
      unanswered: stall.hadArrived ? stall.from : null,
      repeats: stall.repeats,
      since: { ...stall.first, timestampNs: relativeNs(stall.sinceNs) },
      paused: false,
      acknowledging: false,
      evidence: [
        shows(stall.first, "retransmission", { from: stall.from }),
        shows(stall.last, "lastRetransmission", { from: stall.from, repeats: stall.repeats }),
      ],
    };
  return standstill(connection, at, from) ?? silenceBroken(connection, at, from);
}

function standstill(connection: ConnectionFacts, at: Mark, from: Side): Interruption | null {
  const pause = frozenBefore(connection, at, from);
  return (
    pause && {
      ms: pause.ms,
      length: { leastMs: pause.ms, mostMs: pause.ms },
      unanswered: null,
      repeats: null,
      since: null,
      paused: true,
      acknowledging: true,
      evidence: [shows(pause.until, "dataAgain", { from, pauseMs: pause.ms })],
    }
  );
}

const LEAST_SILENCE_MS = 2000;
const LEAST_SEGMENTS = 4;
/** Who talks now and then pauses three times as long now and then; not five times. */
const SILENT_TIMES = 5;

/** TCP delivers late what was sent meanwhile (RFC 9293 §3.8.1); who gave up in between sent less. */
const CAUGHT_UP_SHARE = 0.25;

/** Pings of more than one beat came together: a program that stands still writes none, and hardly two when it wakes. */
function beatMeanwhile({ pending, intervalMs, lastPing }: BeatFacts, until: Mark): boolean {
  if (pending < 2 || intervalMs === null || lastPing === null) return false;
  return lastPing.timestampNs >= until.timestampNs && spanMs(until, lastPing) < intervalMs / 2;
}

/** A silence as long as the heartbeat's interval is the calm between two beats. */
const BEAT_SHARE = 0.05;

function isBetweenBeats({ session, webSocket }: ConnectionFacts, silenceMs: number): boolean {
  const beats = [...(webSocket?.heartbeat ?? []), ...(session?.engineIo?.heartbeat ?? [])];
  const intervals = [session?.engineIo?.timers?.pingIntervalMs, ...beats.map(({ intervalMs }) => intervalMs)];
  return intervals.some((ms) => ms != null && Math.abs(silenceMs - ms) <= BEAT_SHARE * ms);
}

/** Somebody who talks all the time was silent for long, talked again, and ended it in the same breath. */
function silenceBroken(connection: ConnectionFacts, at: Mark, from: Side): Interruption | null {
  const { tcp, webSocket } = connection;
  const silence = tcp.lastSilence;
  if (silence === null || webSocket === null || silence.ms < LEAST_SILENCE_MS) return null;
  if (isBetweenBeats(connection, silence.ms)) return null;
  const half = tcp.halves[directionOf(from)];
  const sinceEnd = at.timestampNs - silence.until.timestampNs;
  if (sinceEnd < 0 || sinceEnd > JUST_BEFORE_NS) return null;
  if (half.lastData === null || half.lastData.timestampNs < silence.until.timestampNs) return null;
  // It had something to say, and the other side took nothing: a full window is no outage, and not its fault.
  if (fullUntil(tcp, otherSide(from), at) > silence.ms / 2) return null;
  const segments = silence.segmentsBefore[directionOf(from)];
  const talkedMs = spanMs(webSocket.openedAt, silence.until) - silence.ms;
  if (segments < LEAST_SEGMENTS || silence.ms * segments < SILENT_TIMES * talkedMs) return null;
  const bytes = silence.bytesBefore[directionOf(from)];
  const spoken = bytes - webSocket.bytesBefore[directionOf(from)];
  const isFarLess = (half.streamBytes - bytes) * talkedMs < CAUGHT_UP_SHARE * spoken * silence.ms;
  return {
    ms: silence.ms,
    length: { leastMs: silence.ms, mostMs: silence.ms },
    unanswered: null,
    repeats: null,
    since: null,
    acknowledging: false,
    paused: isFarLess && !beatMeanwhile(webSocket.heartbeat[directionOf(from)], silence.until),
    evidence: [shows(silence.until, "silence", { idleMs: silence.ms })],
  };
}
