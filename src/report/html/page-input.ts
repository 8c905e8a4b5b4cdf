import { capturedNs, type LivedMoment } from "../../base/captured-time.ts";
import type { Finding } from "../../rules/types.ts";
import type { Activity } from "../../store/activity.ts";
import type { FrameLog, RoundTrip } from "../../store/frame-log.ts";
import type { Analysis } from "../../store/types.ts";
import type { Ladder } from "../ladder.ts";
import type { SharePage } from "../share-page.ts";

/** Everything that the page draws. */
export interface PageInput {
  /** One a language; the first is shown at the start. */
  readonly pages: readonly SharePage[];
  readonly analysis: Analysis;
  readonly findings: readonly Finding[];
  readonly ladders: readonly Ladder[];
  readonly log: FrameLog;
  readonly activity: Activity;
  readonly roundTrips: readonly RoundTrip[];
  /** `--payloads none`. */
  readonly payloadsOff: boolean;
  /** Hides what became known as a secret only after a frame had been read. */
  readonly redact: (text: string) => string;
}

export interface TimelineMark {
  readonly kind: "frames" | "upgrade" | "no-pong" | "reset" | "close";
  readonly seconds: number;
  /** 0 to 1: how many frames. */
  readonly weight: number;
}

export interface BeatDot {
  readonly connection: number;
  readonly seconds: number;
  /** null: no pong. */
  readonly ms: number | null;
}

const TICKS = 90;
const MARKED = 60;

/** What happened on each connection, thinned to what a picture can show. */
export function timelineMarks({ analysis, log }: PageInput): Map<number, TimelineMark[]> {
  const marks = new Map<number, TimelineMark[]>();
  const nsOf = (at: LivedMoment): number => capturedNs(analysis.captures, at);
  const spanNs = Math.max(1, ...analysis.connections.map(({ last }) => nsOf(last)));
  for (const facts of analysis.connections) {
    const list: TimelineMark[] = [];
    const add = (kind: TimelineMark["kind"], ns: number, weight = 1): void => {
      if (list.length < TICKS + MARKED) list.push({ kind, seconds: ns / 1e9, weight });
    };
    const counts = new Map<number, number>();
    for (const frame of log.of(facts.id)) {
      const slot = Math.floor((nsOf(frame) / spanNs) * TICKS);
      counts.set(slot, (counts.get(slot) ?? 0) + 1);
    }
    const most = Math.max(1, ...counts.values());
    for (const [slot, count] of counts) add("frames", ((slot + 0.5) / TICKS) * spanNs, 0.35 + (0.65 * count) / most);
    if (facts.webSocket !== null) add("upgrade", nsOf(facts.webSocket.openedAt));
    const beats = [...(facts.webSocket?.heartbeat ?? []), ...(facts.session?.engineIo?.heartbeat ?? [])];
    for (const beat of beats) for (const ping of beat.unanswered) add("no-pong", nsOf(ping));
    for (const close of facts.webSocket?.closeFrames ?? []) if (close !== null) add("close", nsOf(close));
    for (const reset of facts.tcp.resets) add("reset", nsOf(reset));
    marks.set(facts.id, list);
  }
  return marks;
}

const DOTS = 1500;

/** Round trips, thinned evenly; what stayed unanswered is always there. */
export function beatDots({ analysis, roundTrips }: PageInput): BeatDot[] {
  const engineIo = new Set<number>(
    analysis.connections.filter(({ session }) => session?.engineIo != null).map(({ id }) => id),
  );
  const unanswered = new Set<number>();
  for (const facts of analysis.connections) {
    const beats = [...(facts.webSocket?.heartbeat ?? []), ...(facts.session?.engineIo?.heartbeat ?? [])];
    for (const beat of beats) for (const { packet } of beat.unanswered) unanswered.add(packet);
  }
  const all = roundTrips.filter(
    (trip) =>
      (!trip.application || engineIo.has(trip.connection)) &&
      (trip.roundTripNs !== null || unanswered.has(trip.packet)),
  );
  const every = Math.max(1, Math.ceil(all.length / DOTS));
  return all
    .filter((trip, index) => trip.roundTripNs === null || index % every === 0)
    .slice(0, DOTS * 2)
    .map(({ connection, packet, sentNs, roundTripNs }) => ({
      connection,
      seconds: capturedNs(analysis.captures, { packet, timestampNs: sentNs }) / 1e9,
      ms: roundTripNs === null ? null : roundTripNs / 1e6,
    }));
}
