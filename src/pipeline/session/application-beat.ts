import { type Direction, sideOf } from "../../base/brand.ts";
import { u8 } from "../../base/bytes.ts";
import * as limits from "../../base/limits.ts";
import type { ApplicationBeatFacts, LastText } from "../../store/session-types.ts";
import { type MessageView, TEXT } from "../../websocket/types.ts";
import { mark } from "../marks.ts";
import { type BeatMoment, longestWait } from "./beat-wait.ts";

/** So many messages of one kind, at gaps this even, are a heartbeat and not a conversation. */
const LEAST_BEATS = 4;
const EVEN_GAPS = 0.15;
const LEAST_INTERVAL_MS = 900;
export const SAMPLE_CHARACTERS = 60;

/** One kind of small message in one direction: messages that differ only in digits. */
interface Shape {
  readonly sample: string;
  readonly isText: boolean;
  readonly byName: "ping" | "pong" | "beat" | null;
  count: number;
  moments: BeatMoment[];
}

type Shapes = Map<number, Shape>;

/** Most connections of a capture of thousands never say anything of the kind. */
const NO_SHAPES: Shapes = new Map();

/**
 * Finds a regular small message and its answer, whatever they are called: an application heartbeat shows by its even
 * gaps. Bounded by limits.beatShapes kinds and limits.beatMoments moments of each.
 */
export class ApplicationBeat {
  private readonly shapes: [Shapes, Shapes] = [NO_SHAPES, NO_SHAPES];
  private readonly newest: [Shape | null, Shape | null] = [null, null];
  private readonly closedNs: [number, number] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];

  /** This side has closed: what comes for it later answers nobody. */
  onClose(direction: Direction, nowNs: number): void {
    this.closedNs[direction] = Math.min(this.closedNs[direction], nowNs);
  }

  /** `named` is what the reading of the message says, null when it has none. */
  onMessage(message: MessageView, named: "ping" | "pong" | "beat" | null): void {
    const hash = shapeOf(message.bytes, message.keptLength);
    const shapes = this.shapes[message.direction];
    let shape = shapes.get(hash);
    if (shape === undefined) {
      if (shapes.size >= limits.beatShapes) {
        this.newest[message.direction] = null;
        return;
      }
      const bytes = Buffer.from(message.bytes.subarray(0, message.keptLength));
      const isText = message.opcode === TEXT;
      const text = isText ? bytes.toString("utf8") : bytes.toString("hex");
      shape = { sample: text.slice(0, SAMPLE_CHARACTERS), isText, byName: named, count: 0, moments: [] };
      if (shapes.size > 0) shapes.set(hash, shape);
      else this.shapes[message.direction] = new Map([[hash, shape]]);
    }
    shape.count++;
    this.newest[message.direction] = shape;
    if (shape.moments.length >= limits.beatMoments) shape.moments.splice(0, limits.beatMoments >> 1);
    shape.moments.push({
      packetNumber: message.lastPacketNumber,
      timestampNs: message.lastTimestampNs,
      digits: digitsOf(message.bytes, message.keptLength),
    });
  }

  /** The newest small text, if there was none like it before. */
  lastText(direction: Direction): LastText | null {
    const shape = this.newest[direction];
    const moment = shape?.moments.at(-1);
    if (!shape?.isText || shape.byName !== null || shape.count > 1 || moment === undefined) return null;
    return { ...mark(moment), text: shape.sample };
  }

  /** The heartbeat that shows best, or null. */
  facts(): ApplicationBeatFacts | null {
    let best: ApplicationBeatFacts | null = null;
    for (const direction of [0, 1] as const) {
      for (const shape of this.shapes[direction].values()) {
        const found = this.judge(direction, shape);
        if (found !== null && (best === null || rank(found) > rank(best))) best = found;
      }
    }
    return best;
  }

  /** Messages that call themselves pings, and that nothing from the other side answers; null: there are none, or something may. */
  inVain(): ApplicationBeatFacts | null {
    for (const direction of [0, 1] as const)
      for (const shape of this.shapes[direction].values()) {
        const intervalMs = shape.byName === "ping" ? evenIntervalMs(shape.moments, true) : null;
        if (intervalMs === null || this.mayAnswer(direction, shape)) continue;
        const asked = shape.moments.map(mark);
        return {
          from: sideOf(direction),
          by: "name",
          sample: shape.sample,
          answerSample: null,
          intervalMs,
          sent: shape.count,
          answered: 0,
          unansweredAtEnd: asked,
          lastAnswer: null,
          lastAsked: asked.at(-1) ?? null,
          longestWait: null,
        };
      }
    return null;
  }

  /** Whatever it is called: as many of it came as were asked for. What came before the first question answers none. */
  private mayAnswer(direction: Direction, { count, moments }: Shape): boolean {
    const sinceNs = moments[0]?.timestampNs ?? 0;
    return [...this.shapes[direction === 0 ? 1 : 0].values()].some(
      (candidate) =>
        (candidate.moments.at(-1)?.timestampNs ?? 0) >= sinceNs &&
        (candidate.byName === "pong" || Math.abs(candidate.count - count) <= 1),
    );
  }

  private judge(direction: Direction, shape: Shape): ApplicationBeatFacts | null {
    if (shape.byName === "pong") return null;
    const named = shape.byName === "ping";
    const intervalMs = evenIntervalMs(shape.moments, named);
    if (intervalMs === null || shape.moments.length < (named ? 2 : LEAST_BEATS)) return null;
    const answer = this.answerTo(direction, shape, intervalMs);
    // Without an answer a regular message is telemetry, not a heartbeat.
    if (answer === null) return null;
    const heard = this.heardBy(direction, answer);
    const lastAnswer = heard.at(-1);
    const lastAsked = shape.moments.at(-1);
    const open = shape.moments.filter((moment) => moment.timestampNs > (lastAnswer?.timestampNs ?? 0));
    return {
      from: sideOf(direction),
      by: named ? "name" : "regularity",
      sample: shape.sample,
      answerSample: answer.sample,
      intervalMs,
      sent: shape.count,
      answered: Math.min(shape.count, answer.count - answer.moments.length + heard.length),
      unansweredAtEnd: open.map(mark),
      lastAnswer: lastAnswer === undefined ? null : mark(lastAnswer),
      lastAsked: lastAsked === undefined ? null : mark(lastAsked),
      longestWait: longestWait(shape.moments, heard),
    };
  }

  private heardBy(direction: Direction, { moments }: Shape): readonly BeatMoment[] {
    const untilNs = this.closedNs[direction];
    return moments.filter(({ timestampNs }) => timestampNs <= untilNs);
  }

  /** A kind of message from the other side that follows each beat before the next one, and belongs to it. */
  private answerTo(direction: Direction, shape: Shape, intervalMs: number): Shape | null {
    let found: Shape | null = null;
    let foundHits = 0;
    for (const candidate of this.shapes[direction === 0 ? 1 : 0].values()) {
      if (candidate.count > shape.count + 1) continue;
      if (shape.byName === "ping" && candidate.byName !== "pong" && candidate.byName !== null) continue;
      const isNamed = shape.byName === "ping" && candidate.byName === "pong";
      const isSame = isNamed || (isConstant(shape) && isConstant(candidate));
      const heard = this.heardBy(direction, candidate);
      let hits = 0;
      for (const moment of heard) {
        const asked = shape.moments.findLast(({ timestampNs }) => timestampNs <= moment.timestampNs);
        if (asked === undefined || moment.timestampNs - asked.timestampNs >= (intervalMs / 2) * 1e6) continue;
        if (isSame || asked.digits === moment.digits) hits++;
      }
      const enough = isNamed ? hits >= 1 : hits >= 2 && hits === heard.length;
      if (enough && hits > foundHits) [found, foundHits] = [candidate, hits];
    }
    return found;
  }
}

/**
 * Two streams of telemetry at one pace stand beside each other as question and answer would. But their numbers change, each
 * by itself: an answer repeats those of its question, or both are the same message each time.
 */
const isConstant = ({ moments }: Shape): boolean => moments.every(({ digits }) => digits === moments[0]?.digits);

const rank = ({ by, answered }: ApplicationBeatFacts): number => (by === "name" ? 1e9 : 0) + answered;

/** Over the bytes without digits, so that counters and times do not tell messages apart. */
const shapeOf = (bytes: Uint8Array, length: number): number => hashOf(bytes, length, false);

const digitsOf = (bytes: Uint8Array, length: number): number => hashOf(bytes, length, true);

/** FNV-1a over the digits, or over all else. */
function hashOf(bytes: Uint8Array, length: number, ofDigits: boolean): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < length; at++) {
    const byte = u8(bytes, at);
    if ((byte >= 0x30 && byte <= 0x39) === ofDigits) hash = Math.imul(hash ^ byte, 0x01000193);
  }
  return hash;
}

/** The median gap, when nearly all gaps are near it. */
function evenIntervalMs(moments: readonly BeatMoment[], named: boolean): number | null {
  const gaps = moments
    .slice(1)
    .map((moment, at) => (moment.timestampNs - (moments[at] as BeatMoment).timestampNs) / 1e6);
  if (gaps.length === 0) return null;
  const sorted = [...gaps].sort((a, b) => a - b);
  const median = sorted[sorted.length >> 1] as number;
  if (named) return median;
  if (median < LEAST_INTERVAL_MS) return null;
  const even = gaps.filter((gap) => Math.abs(gap - median) <= median * EVEN_GAPS).length;
  return even >= gaps.length * 0.8 ? median : null;
}
