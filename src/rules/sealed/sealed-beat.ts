import type { Side } from "../../base/brand.ts";
import type { Mark } from "../../base/packet-view.ts";
import type { RhythmBeat, TlsRhythm } from "../../store/tls-types.ts";
import type { ConnectionFacts } from "../../store/types.ts";
import type { Context } from "../context/context.ts";
import { cause, type Draft, draft, shows } from "../draft.ts";
import { endingEvidence } from "../reading/ending.ts";
import { directionOf, endOf, otherSide, spanMs, watchedUntil } from "../reading/reading.ts";
import { sealedOf } from "../reading/sealed.ts";
import type { Cause, EvidenceItem } from "../types.ts";

// A heartbeat inside TLS whose keys nobody gave: small records at a steady pace, and a small record in answer to each.

/** Of a heartbeat that goes on without answers. Where it goes on to the capture's end, an answer may be late, so one more. */
const LEAST_MISSED = 2;
const LEAST_MISSED_IN_OPEN = 3;
/** Who waits for a single answer waits so long at least (libraries: 2 s and more). */
const LEAST_WAIT_MS = 2000;
const LEAST_ANSWERS = 2;
const ANSWERED_SHARE = 0.5;

/** Whose regular records the other side answers: pings. Regular data, such as measurements, gets no answers. */
export const heartOf = ({ beats }: TlsRhythm): Side | null =>
  (["server", "client"] as const).find((side) => {
    const beat = beats[directionOf(side)];
    return beat !== null && beat.answered >= ANSWERED_SHARE * beat.count;
  }) ?? null;

/** Answers that stopped, and since when. */
interface Missed {
  readonly from: Side;
  readonly beat: RhythmBeat;
  readonly first: Mark;
  readonly lastAnswer: Mark;
}

/** The beats of `from` that got no answer, while the other side said nothing at all. */
function missedBy(from: Side, rhythm: TlsRhythm): Missed | null {
  const beat = rhythm.beats[directionOf(from)];
  if (!beat || beat.answered === 0 || beat.lastAnswer === null || beat.firstUnanswered === null) return null;
  // Whoever says something else lives, and may have no reason to answer.
  const last = rhythm.last[directionOf(otherSide(from))];
  if (last !== null && last.timestampNs > beat.firstUnanswered.timestampNs) return null;
  return { from, beat, first: beat.firstUnanswered, lastAnswer: beat.lastAnswer };
}

const isSteady = ({ beat }: Missed): boolean =>
  beat.answered >= LEAST_ANSWERS && beat.answered === beat.count - beat.unanswered;

/** It went on with its beats until it hung up; or it sent none any more and waited for that one answer, as libraries do. */
function isGivenUp(missed: Missed, end: Mark): boolean {
  const { beat, first } = missed;
  if (beat.unanswered >= LEAST_MISSED && spanMs(beat.last, end) <= 2 * beat.intervalMs) return true;
  return beat.unanswered === 1 && isSteady(missed) && spanMs(first, end) >= LEAST_WAIT_MS;
}

/** Regular small records that were answered, then no longer, until their sender hung up, or until the capture's end. */
export function sealedBeat(connection: ConnectionFacts, context: Context): Draft | null {
  const sealed = sealedOf(connection, context);
  if (sealed === null || sealed.belief === "weak" || sealed.rhythm.farewell) return null;
  return connection.tcp.ending === "open"
    ? ongoing(connection, sealed.rhythm, context)
    : givenUp(connection, sealed.rhythm);
}

function givenUp(connection: ConnectionFacts, rhythm: TlsRhythm): Draft | null {
  const from = connection.tcp.firstCloser;
  const missed = from && missedBy(from, rhythm);
  const end = endOf(connection);
  if (missed === null || !isGivenUp(missed, end)) return null;
  const { first, beat, lastAnswer } = missed;
  // Behind the last beat: perhaps the Close that says why.
  const goodbye = rhythm.last[directionOf(missed.from)];
  return draft("ws.pong.missing", "sealed", {
    severity: "error",
    at: first,
    args: { ...argsOf(missed), waitedMs: spanMs(first, end), sinceAnswerMs: spanMs(lastAnswer, end) },
    evidence: [
      ...evidenceOf(missed),
      goodbye !== null && goodbye.packet > beat.last.packet
        ? shows(goodbye, "lastRecord", { from: missed.from })
        : null,
      endingEvidence(connection),
    ],
    causes: causesOf(missed, connection),
  });
}

/** Nobody has hung up yet. What the path does not deliver is told by itself. */
function ongoing(connection: ConnectionFacts, rhythm: TlsRhythm, context: Context): Draft | null {
  const untilNs = watchedUntil(connection, context.analysis.clockNs);
  const sinceMs = (mark: Mark): number => (untilNs - mark.timestampNs) / 1e6;
  const missed = (["server", "client"] as const)
    .map((side) => missedBy(side, rhythm))
    .find(
      (one) =>
        one !== null &&
        isSteady(one) &&
        one.beat.unanswered >= LEAST_MISSED_IN_OPEN &&
        sinceMs(one.beat.last) <= 2 * one.beat.intervalMs &&
        connection.tcp.halves[directionOf(one.from)].unacknowledged === null,
    );
  if (missed == null) return null;
  return draft("ws.pong.missing", "sealedOngoing", {
    at: missed.first,
    args: { ...argsOf(missed), sinceAnswerMs: sinceMs(missed.lastAnswer) },
    evidence: evidenceOf(missed),
    causes: causesOf(missed, connection),
  });
}

const argsOf = ({ from, beat }: Missed) => ({
  from,
  to: otherSide(from),
  missing: beat.unanswered,
  intervalMs: beat.intervalMs,
});

const evidenceOf = ({ from, first, beat, lastAnswer }: Missed): (EvidenceItem | null)[] => [
  shows(lastAnswer, "lastBeatAnswer", { from: otherSide(from) }),
  shows(first, "unansweredBeat", { from }),
  beat.unanswered > 1 ? shows(beat.last, "unansweredBeat", { from }) : null,
];

function causesOf({ from, beat }: Missed, { tcp }: ConnectionFacts): (Cause | false)[] {
  const to = otherSide(from);
  const { damaged, unacknowledged } = tcp.halves[directionOf(from)];
  if (unacknowledged !== null && unacknowledged.since.timestampNs <= beat.last.timestampNs)
    return [cause("likely", "peerVanished", { to }), damaged > 0 && cause("possible", "damagingPath", {})];
  return [
    cause("likely", "peerBlocked", { to }),
    to === "client" && cause("likely", "pageFrozen", { patienceMs: 3 * beat.intervalMs }),
  ];
}
