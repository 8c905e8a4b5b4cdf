import { type Direction, otherDirection, packetNumber, relativeNs } from "../base/brand.ts";
import { limits } from "../base/limits.ts";
import type { Mark } from "../base/packet-view.ts";
import { nsToMs } from "../base/time.ts";
import { quantile, Samples } from "./samples.ts";
import { type FrameView, PING } from "./types.ts";

/** Where an unanswered ping is, and the stream offset behind it: acknowledged so far, it reached the peer's host. */
export interface UnansweredPing extends Mark {
  readonly endOffset: number;
}

/** What became of the pings that one side sent. pings = answered + skipped + missing + pending. */
export interface Beat {
  readonly pings: number;
  readonly answered: number;
  /** No pong of their own, but a later ping got one, which RFC 6455 §5.5.3 allows. */
  readonly skipped: number;
  /** Never answered, directly or by a pong to a later ping, though there was time. */
  readonly missing: number;
  /** Answered only after the next ping had been sent. */
  readonly late: number;
  /** Too young to judge: sent less than the longest round trip seen, or one second, before `clockNs`. */
  readonly pending: number;
  /** Median of the times between pings, and the median distance from it. */
  readonly intervalMs: number | null;
  readonly intervalJitterMs: number | null;
  readonly roundTripMs: { min: number; median: number; p95: number; max: number } | null;
  readonly unsolicitedPongs: number;
  readonly lastPing: Mark | null;
  readonly lastPong: Mark | null;
  readonly lastAnsweredPing: Mark | null;
  /** The newest of the missing ones, oldest first. */
  readonly unanswered: readonly UnansweredPing[];
  readonly slowest: { readonly ping: Mark; readonly pong: Mark; readonly roundTripMs: number } | null;
}

/** Of a side that never took part. */
export const NO_BEAT: Beat = {
  pings: 0,
  answered: 0,
  skipped: 0,
  missing: 0,
  late: 0,
  pending: 0,
  intervalMs: null,
  intervalJitterMs: null,
  roundTripMs: null,
  unsolicitedPongs: 0,
  lastPing: null,
  lastPong: null,
  lastAnsweredPing: null,
  unanswered: [],
  slowest: null,
};

const PATIENCE_NS = 1e9;

/** The pings of both sides, each with the pongs of the other (RFC 6455 §5.5.2 and §5.5.3). */
export class Heartbeat {
  /** null: it has sent no ping, and its peer no pong. */
  private readonly sides: [PingSide | null, PingSide | null] = [null, null];

  /** A ping or a pong, in the order of the capture. */
  onFrame(frame: FrameView): void {
    if (frame.opcode === PING) this.side(frame.direction).ping(frame);
    else this.side(otherDirection(frame.direction)).pong(frame);
  }

  /** The pings sent in `direction`, judged at `clockNs`: the connection's end, or the last moment of the capture. */
  summary(direction: Direction, clockNs: number, leastPatienceNs = PATIENCE_NS): Beat {
    return this.sides[direction]?.summary(clockNs, leastPatienceNs) ?? NO_BEAT;
  }

  private side(direction: Direction): PingSide {
    const side = this.sides[direction] ?? new PingSide();
    this.sides[direction] = side;
    return side;
  }
}

interface Ping {
  readonly mark: Mark;
  readonly sentNs: number;
  readonly endOffset: number;
  readonly payload: Uint8Array;
  /** Not all of the payload is in the capture. */
  readonly cut: boolean;
  /** When the next ping was sent. */
  nextSentNs: number;
}

interface Pair {
  readonly ping: Ping;
  readonly pong: Mark;
}

const noBytes = new Uint8Array(0);
/** Nothing was passed over; nobody writes to it. */
const NONE: Ping[] = [];

/** Of a pong, what a ping is compared with. */
type Answer = Pick<FrameView, "lastPacketNumber" | "missingBytes" | "payload" | "payloadLength">;

interface EarlyPong extends Answer {
  readonly mark: Mark;
}

/** So many pongs wait for a ping that is decoded after them. */
const EARLY_PONGS = 16;

/** A pong that waited behind lost bytes is decoded late, but cannot answer what was sent after it. Clocks may go back. */
const answers = (ping: Ping, pong: Answer): boolean => {
  if (ping.mark.packet > pong.lastPacketNumber) return false;
  if (ping.cut || pong.missingBytes > 0) return true;
  if (ping.payload.length !== pong.payloadLength) return false;
  for (let i = 0; i < ping.payload.length; i++) if (ping.payload[i] !== pong.payload[i]) return false;
  return true;
};

const isAlike = (a: Ping, b: Ping): boolean => a.cut || b.cut || Buffer.compare(a.payload, b.payload) === 0;

/** Index of the newest ping that the pong answers; -1: none. */
function lastAnswered(pings: readonly Ping[], pong: FrameView): number {
  let at = pings.length - 1;
  while (at >= 0 && !answers(pings[at] as Ping, pong)) at--;
  return at;
}

const markOfFrame = (frame: FrameView): Mark => ({
  packet: packetNumber(frame.lastPacketNumber),
  timestampNs: relativeNs(frame.lastTimestampNs),
});

const roundTripNs = ({ ping, pong }: Pair): number => pong.timestampNs - ping.sentNs;

/** Where the frame ends in the stream: its header (RFC 6455 §5.2) and its payload. */
const endOffsetOf = (frame: FrameView): number =>
  frame.streamOffset +
  2 +
  (frame.masked ? 4 : 0) +
  (frame.length > 65_535 ? 8 : frame.length > 125 ? 2 : 0) +
  frame.length;

/**
 * One side's pings. A pong belongs to the newest ping with its payload, and the older ones are skipped then. Where pings
 * look alike (mostly empty) that may be wrong: a peer that wakes up answers each of them in a row. So the pongs that
 * follow take the skipped pings back, and the pairs of such a burst are put in order: oldest ping, first pong.
 */
class PingSide {
  private pings = 0;
  private answered = 0;
  private skipped = 0;
  private late = 0;
  private forgotten = 0;
  private unsolicited = 0;
  private readonly waiting: Ping[] = [];
  /** Skipped by the last pong, until the next one to a newer ping. */
  private passedOver: Ping[] = NONE;
  /** The newest unsolicited pongs: their pings may still be held back, behind lost bytes or before a midstream is understood. */
  private early: EarlyPong[] | null = null;
  /** The newest pairs with one payload, in order; their round trips are still open. */
  private burst: Pair[] = [];
  private readonly intervals = new Samples(limits.roundTripSamples);
  private readonly roundTrips = new Samples(limits.roundTripSamples);
  private shortestNs = Number.POSITIVE_INFINITY;
  private slowest: Pair | null = null;
  private newest: Ping | null = null;
  private lastPong: Mark | null = null;
  private lastAnswered: Mark | null = null;

  ping(frame: FrameView): void {
    const sentNs = frame.lastTimestampNs;
    if (this.newest !== null) {
      this.newest.nextSentNs = sentNs;
      this.intervals.add(sentNs - this.newest.sentNs);
    }
    this.newest = {
      mark: markOfFrame(frame),
      sentNs,
      endOffset: endOffsetOf(frame),
      payload: frame.payloadLength === 0 ? noBytes : frame.payload.slice(0, frame.payloadLength),
      cut: frame.missingBytes > 0,
      nextSentNs: Number.POSITIVE_INFINITY,
    };
    this.pings++;
    if (this.takes(this.newest)) return;
    if (this.early !== null && this.meets(this.newest, this.early)) return;
    this.waiting.push(this.newest);
    if (this.waiting.length <= limits.pendingPings) return;
    this.waiting.shift();
    this.forgotten++;
  }

  /**
   * Whether this ping, that waited behind lost bytes and is decoded late, has the better claim to a pong: it was given to an
   * older one then, whose own may be among what was lost.
   */
  private takes(ping: Ping): boolean {
    const at = this.burst.findIndex(({ pong }) => pong.packet > ping.mark.packet);
    const pair = this.burst[at];
    if (pair === undefined || pair.ping.mark.packet > ping.mark.packet || !isAlike(pair.ping, ping)) return false;
    this.burst[at] = { ping, pong: pair.pong };
    this.passedOver = [...this.passedOver, pair.ping];
    this.skipped++;
    if (at === this.burst.length - 1) this.lastAnswered = ping.mark;
    return true;
  }

  /** Whether the answer to this ping was there before it. */
  private meets(ping: Ping, early: EarlyPong[]): boolean {
    const at = early.findIndex((pong) => answers(ping, pong));
    const [pong] = at < 0 ? [] : early.splice(at, 1);
    if (pong === undefined) return false;
    this.settle();
    this.burst.push({ ping, pong: pong.mark });
    this.unsolicited--;
    this.answered++;
    this.lastAnswered = ping.mark;
    return true;
  }

  pong(frame: FrameView): void {
    const pong = markOfFrame(frame);
    this.lastPong = pong;
    const at = lastAnswered(this.waiting, frame);
    const ping = this.waiting[at];
    if (ping === undefined) {
      this.takeBack(frame, pong);
      return;
    }
    this.settle();
    this.passedOver = at === 0 ? NONE : this.waiting.slice(0, at);
    this.skipped += at;
    if (this.waiting.length === 1) this.waiting.pop();
    else this.waiting.splice(0, at + 1);
    this.burst.push({ ping, pong });
    this.answered++;
    this.lastAnswered = ping.mark;
  }

  /** A pong with no ping waiting for it: to one that was passed over, or to none. */
  private takeBack(frame: FrameView, pong: Mark): void {
    const at = lastAnswered(this.passedOver, frame);
    const [ping] = at < 0 ? [] : this.passedOver.splice(at, 1);
    if (ping === undefined) {
      this.unsolicited++;
      this.keepEarly(frame, pong);
      return;
    }
    this.skipped--;
    this.answered++;
    const alike = this.burst.every((pair) => answers(pair.ping, frame));
    if (!alike) {
      this.record({ ping, pong });
      return;
    }
    const pings = [ping, ...this.burst.map((pair) => pair.ping)];
    const pongs = [...this.burst.map((pair) => pair.pong), pong];
    this.burst = pings.map((one, i) => ({ ping: one, pong: pongs[i] ?? pong }));
  }

  private keepEarly(frame: FrameView, mark: Mark): void {
    this.early ??= [];
    const { lastPacketNumber, missingBytes, payloadLength } = frame;
    const payload = payloadLength === 0 ? noBytes : frame.payload.slice(0, payloadLength);
    this.early.push({ lastPacketNumber, missingBytes, payloadLength, payload, mark });
    if (this.early.length > EARLY_PONGS) this.early.shift();
  }

  /** The burst is over: a newer ping was answered. */
  private settle(): void {
    for (const pair of this.burst) this.record(pair);
    this.burst.length = 0;
  }

  private record(pair: Pair): void {
    if (!isMeasured(pair)) return;
    const ns = roundTripNs(pair);
    this.roundTrips.add(ns);
    this.shortestNs = Math.min(this.shortestNs, ns);
    if (this.slowest === null || ns > roundTripNs(this.slowest)) this.slowest = pair;
    if (isLate(pair)) this.late++;
  }

  summary(clockNs: number, leastPatienceNs: number): Beat {
    const open = this.burst.filter(isMeasured);
    const slowest = open.reduce<Pair | null>(
      (worst, pair) => (worst === null || roundTripNs(pair) > roundTripNs(worst) ? pair : worst),
      this.slowest,
    );
    const longestNs = slowest === null ? 0 : roundTripNs(slowest);
    const patienceNs = Math.max(leastPatienceNs, longestNs);
    const missing = this.waiting.filter((ping) => clockNs - ping.sentNs >= patienceNs);
    const intervals = this.intervals.sorted();
    return {
      pings: this.pings,
      answered: this.answered,
      skipped: this.skipped,
      missing: missing.length + this.forgotten,
      late: this.late + this.burst.filter(isLate).length,
      pending: this.waiting.length - missing.length,
      intervalMs: intervals.length === 0 ? null : nsToMs(quantile(intervals, 0.5)),
      intervalJitterMs: intervals.length === 0 ? null : jitterMs(intervals),
      roundTripMs: this.roundTripMs(slowest, open.map(roundTripNs)),
      unsolicitedPongs: this.unsolicited,
      lastPing: this.newest?.mark ?? null,
      lastPong: this.lastPong,
      lastAnsweredPing: this.lastAnswered,
      unanswered: missing.slice(-limits.unansweredPings).map(({ mark, endOffset }) => ({ ...mark, endOffset })),
      slowest:
        slowest === null ? null : { ping: slowest.ping.mark, pong: slowest.pong, roundTripMs: nsToMs(longestNs) },
    };
  }

  private roundTripMs(slowest: Pair | null, open: readonly number[]): Beat["roundTripMs"] {
    if (slowest === null) return null;
    const sorted = this.roundTrips.sorted(open);
    return {
      min: nsToMs(Math.min(this.shortestNs, ...open)),
      median: nsToMs(quantile(sorted, 0.5)),
      p95: nsToMs(quantile(sorted, 0.95)),
      max: nsToMs(roundTripNs(slowest)),
    };
  }
}

/** Not when the capture's clock was set back in between. */
const isMeasured = (pair: Pair): boolean => roundTripNs(pair) >= 0;

const isLate = ({ ping, pong }: Pair): boolean => pong.timestampNs > ping.nextSentNs;

const jitterMs = (sorted: Float64Array): number => {
  const median = quantile(sorted, 0.5);
  return nsToMs(quantile(sorted.map((interval) => Math.abs(interval - median)).sort(), 0.5));
};
