import { CLIENT, type Direction, otherDirection } from "../base/brand.ts";
import * as limits from "../base/limits.ts";
import { cameBefore, type Mark } from "../base/packet-view.ts";
import { nsToMs } from "../base/time.ts";
import { type Answer, answers, isAlike, lastAnswered, markAt, NEVER_NS, noBytes, Ping } from "./ping.ts";
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
  /** The longest time between two pings, up to this one; null: fewer than two. */
  readonly longestPause: { readonly until: Mark; readonly ms: number } | null;
  readonly unsolicitedPongs: number;
  /** Of these, the ones that came right after a ping: answers, but with another payload than the ping's. */
  readonly wrongPongs: number;
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
  longestPause: null,
  unsolicitedPongs: 0,
  wrongPongs: 0,
  lastPing: null,
  lastPong: null,
  lastAnsweredPing: null,
  unanswered: [],
  slowest: null,
};

const PATIENCE_NS = 1e9;
const NEVER_AGAIN_NS = Number.POSITIVE_INFINITY;

const LEAST_PAUSE_NS = 1e9;
/** No heartbeat is as quick. */
const ONE_BREATH_NS = 5e6;

/** The pings of both sides, each with the pongs of the other (RFC 6455 §5.5.2 and §5.5.3). */
export class Heartbeat {
  /** null: it has sent no ping, and its peer no pong. */
  private client: PingSide | null = null;
  private server: PingSide | null = null;
  /** When each side said Close. */
  private readonly closedNs: [number, number] = [NEVER_AGAIN_NS, NEVER_AGAIN_NS];

  /** As long as a pong may take, at most; less where whoever pings has said that it waits no longer. */
  private patienceNs = PATIENCE_NS;

  /** Whoever pings has said how long it waits. */
  onPatience(ns: number): void {
    this.patienceNs = Math.min(PATIENCE_NS, ns);
  }

  /** A side says Close. */
  onClose(direction: Direction, nowNs: number): void {
    this.closedNs[direction] = Math.min(this.closedNs[direction], nowNs);
  }

  /**
   * A ping or a pong, in the order of the capture. Whoever has said Close waits for a Close only: a peer that wakes up then
   * answers too late, and what it asks is answered by nobody.
   */
  onFrame(frame: FrameView): void {
    const closedNs = this.closedNs[otherDirection(frame.direction)];
    if (
      frame.lastTimestampNs > closedNs &&
      (frame.opcode === PING || this.side(otherDirection(frame.direction)).hasWaited(closedNs, this.patienceNs))
    )
      return;
    if (frame.opcode === PING) this.side(frame.direction).ping(frame);
    else this.side(otherDirection(frame.direction)).pong(frame);
  }

  /** The pings sent in `direction`, judged at `clockNs`: the connection's end, or the last moment of the capture. */
  summary(direction: Direction, clockNs: number, leastPatienceNs = this.patienceNs): Beat {
    return (direction === CLIENT ? this.client : this.server)?.summary(clockNs, leastPatienceNs) ?? NO_BEAT;
  }

  private side(direction: Direction): PingSide {
    if (direction === CLIENT) {
      this.client ??= new PingSide();
      return this.client;
    }
    this.server ??= new PingSide();
    return this.server;
  }
}

/** The slowest answer so far. */
interface Slowest {
  readonly ping: Mark;
  readonly pong: Mark;
  readonly ns: number;
}

/** Nothing was passed over; nobody writes to it. */
const NONE: Ping[] = [];

/** The pong that one ping got came after another ping. */
const isAfter = ({ pongPacket, pongNs }: Ping, ping: Ping): boolean =>
  cameBefore(ping.packet, ping.sentNs, pongPacket, pongNs);

interface EarlyPong extends Answer {
  /** It counts as a wrong answer to the ping before. */
  readonly isWrong: boolean;
}

/** So many pongs wait for a ping that is decoded after them. */
const EARLY_PONGS = 16;

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
  private wrong = 0;
  private readonly waiting: Ping[] = [];
  /** Skipped by the last pong, until the next one to a newer ping. */
  private passedOver: Ping[] = NONE;
  /** The newest unsolicited pongs: their pings may still be held back, behind lost bytes or before a midstream is understood. */
  private early: EarlyPong[] | null = null;
  /** The newest answered ones with one payload, in order; their round trips are still open. */
  private readonly burst: Ping[] = [];
  private spare: Ping | null = null;
  private readonly intervals = new Samples(limits.roundTripSamples);
  private readonly roundTrips = new Samples(limits.roundTripSamples);
  private shortestNs = Number.POSITIVE_INFINITY;
  private slowest: Slowest | null = null;
  private newest: Ping | null = null;
  private longestPauseNs = 0.5;
  private pausedUntilPacket = 0;
  private pausedUntilNs = NEVER_NS;
  private lastPongPacket = 0;
  private lastPongNs = NEVER_NS;
  private lastAnsweredPacket = 0;
  private lastAnsweredNs = NEVER_NS;

  /** A ping had been without an answer for longer than a path takes. */
  hasWaited(nowNs: number, patienceNs: number): boolean {
    const oldest = this.waiting[0];
    return oldest !== undefined && nowNs - oldest.sentNs >= patienceNs;
  }

  ping(frame: FrameView): void {
    const ping = this.spare ?? new Ping();
    this.spare = null;
    ping.set(frame);
    if (this.newest !== null) {
      const intervalNs = ping.sentNs - this.newest.sentNs;
      this.newest.nextSentNs = ping.sentNs;
      this.intervals.add(intervalNs);
      if (intervalNs > this.longestPauseNs) {
        this.longestPauseNs = intervalNs;
        this.pausedUntilPacket = ping.packet;
        this.pausedUntilNs = ping.sentNs;
      }
    }
    this.newest = ping;
    this.pings++;
    const answered = this.burst[this.burst.length - 1];
    if (answered !== undefined && isAfter(answered, ping) && this.takes(ping)) return;
    if (this.early !== null && this.meets(ping, this.early)) return;
    this.waiting.push(ping);
    if (this.waiting.length <= limits.pendingPings) return;
    this.waiting.shift();
    this.forgotten++;
  }

  /**
   * Whether this ping, that waited behind lost bytes and is decoded late, has the better claim to a pong: it was given to an
   * older one then, whose own may be among what was lost.
   */
  private takes(ping: Ping): boolean {
    const at = this.burst.findIndex((other) => isAfter(other, ping));
    const older = this.burst[at];
    if (
      older === undefined ||
      cameBefore(ping.packet, ping.sentNs, older.packet, older.sentNs) ||
      !isAlike(older, ping)
    )
      return false;
    this.burst[at] = ping;
    this.give(ping, older.pongPacket, older.pongNs, at === this.burst.length - 1);
    this.passedOver = [...this.passedOver, older];
    this.skipped++;
    return true;
  }

  /** Whether the answer to this ping was there before it. */
  private meets(ping: Ping, early: EarlyPong[]): boolean {
    const at = early.findIndex((pong) => answers(ping, pong));
    const [pong] = at < 0 ? [] : early.splice(at, 1);
    if (pong === undefined) return false;
    this.settle();
    this.burst.push(ping);
    this.give(ping, pong.lastPacketNumber, pong.lastTimestampNs, true);
    this.unsolicited--;
    if (pong.isWrong) this.wrong--;
    this.answered++;
    return true;
  }

  private give(ping: Ping, pongPacket: number, pongNs: number, isLast: boolean): void {
    ping.pongPacket = pongPacket;
    ping.pongNs = pongNs;
    if (!isLast) return;
    this.lastAnsweredPacket = ping.packet;
    this.lastAnsweredNs = ping.sentNs;
  }

  pong(frame: FrameView): void {
    const previousNs = this.lastPongNs;
    this.lastPongPacket = frame.lastPacketNumber;
    this.lastPongNs = frame.lastTimestampNs;
    const { waiting } = this;
    const at = lastAnswered(waiting, frame);
    const ping = waiting[at];
    if (ping === undefined) {
      this.takeBack(frame, previousNs);
      return;
    }
    this.settle();
    this.passedOver = at === 0 ? NONE : waiting.slice(0, at);
    this.skipped += at;
    if (waiting.length === 1) waiting.pop();
    else waiting.splice(0, at + 1);
    this.burst.push(ping);
    this.give(ping, frame.lastPacketNumber, frame.lastTimestampNs, true);
    this.answered++;
  }

  /** A pong with no ping waiting for it: to one that was passed over, or to none. */
  private takeBack(frame: FrameView, previousNs: number): void {
    const at = lastAnswered(this.passedOver, frame);
    const [ping] = at < 0 ? [] : this.passedOver.splice(at, 1);
    if (ping === undefined) {
      const isWrong = this.isAnswerTime(frame, previousNs);
      this.unsolicited++;
      if (isWrong) this.wrong++;
      this.keepEarly(frame, isWrong);
      return;
    }
    this.skipped--;
    this.answered++;
    const { burst } = this;
    this.give(ping, frame.lastPacketNumber, frame.lastTimestampNs, false);
    if (!burst.every((other) => answers(other, frame))) {
      this.record(ping);
      return;
    }
    // It is the oldest of them: each pong goes to the ping before.
    burst.unshift(ping);
    for (let i = 0; i + 1 < burst.length; i++) {
      const [one, next] = [burst[i] as Ping, burst[i + 1] as Ping];
      this.give(one, next.pongPacket, next.pongNs, false);
    }
    this.give(burst.at(-1) as Ping, frame.lastPacketNumber, frame.lastTimestampNs, false);
  }

  /** The first pong since the newest ping, and as soon after it as an answer comes. */
  private isAnswerTime({ lastTimestampNs, lastPacketNumber }: FrameView, previousNs: number): boolean {
    const ping = this.waiting[this.waiting.length - 1];
    if (ping === undefined || ping !== this.newest) return false;
    if (cameBefore(lastPacketNumber, lastTimestampNs, ping.packet, ping.sentNs)) return false;
    return previousNs < ping.sentNs && lastTimestampNs - ping.sentNs < PATIENCE_NS;
  }

  private keepEarly(frame: FrameView, isWrong: boolean): void {
    this.early ??= [];
    const { lastPacketNumber, missingBytes, payloadLength, lastTimestampNs } = frame;
    const payload = payloadLength === 0 ? noBytes : frame.payload.slice(0, payloadLength);
    this.early.push({ lastPacketNumber, missingBytes, payloadLength, payload, lastTimestampNs, isWrong });
    if (this.early.length > EARLY_PONGS) this.early.shift();
  }

  /** The burst is over: a newer ping was answered. */
  private settle(): void {
    const { burst } = this;
    for (let i = 0; i < burst.length; i++) {
      const ping = burst[i] as Ping;
      this.record(ping);
      if (ping !== this.newest) this.spare = ping;
    }
    burst.length = 0;
  }

  private record(ping: Ping): void {
    if (!ping.isMeasured) return;
    const ns = ping.roundTripNs;
    this.roundTrips.add(ns);
    if (ns < this.shortestNs) this.shortestNs = ns;
    if (this.slowest === null || ns > this.slowest.ns) this.slowest = slowestOf(ping);
    if (ping.isLate) this.late++;
  }

  summary(clockNs: number, leastPatienceNs: number): Beat {
    const open = this.burst.filter(({ isMeasured }) => isMeasured);
    const slowest = open.reduce<Slowest | null>(
      (worst, ping) => (worst === null || ping.roundTripNs > worst.ns ? slowestOf(ping) : worst),
      this.slowest,
    );
    const patienceNs = Math.max(leastPatienceNs, slowest?.ns ?? 0);
    const missing = this.waiting.filter((ping) => clockNs - ping.sentNs >= patienceNs);
    const intervals = this.intervals.sorted();
    // Most of what is known of it came in one breath, behind a pause: held up together, it shows no rhythm.
    const isBurst = this.longestPauseNs >= LEAST_PAUSE_NS && quantile(intervals, 0.5) < ONE_BREATH_NS;
    const isKnown = intervals.length > 0 && !isBurst;
    return {
      pings: this.pings,
      answered: this.answered,
      skipped: this.skipped,
      missing: missing.length + this.forgotten,
      late: this.late + this.burst.filter(({ isLate }) => isLate).length,
      pending: this.waiting.length - missing.length,
      intervalMs: isKnown ? nsToMs(quantile(intervals, 0.5)) : null,
      intervalJitterMs: isKnown ? jitterMs(intervals) : null,
      roundTripMs: this.roundTripMs(
        slowest,
        open.map(({ roundTripNs }) => roundTripNs),
      ),
      longestPause:
        this.pausedUntilPacket === 0
          ? null
          : { until: markAt(this.pausedUntilPacket, this.pausedUntilNs), ms: nsToMs(this.longestPauseNs) },
      unsolicitedPongs: this.unsolicited,
      wrongPongs: this.wrong,
      lastPing: this.newest?.mark ?? null,
      lastPong: markOrNull(this.lastPongPacket, this.lastPongNs),
      lastAnsweredPing: markOrNull(this.lastAnsweredPacket, this.lastAnsweredNs),
      unanswered: missing.slice(-limits.unansweredPings).map(({ mark, endOffset }) => ({ ...mark, endOffset })),
      slowest: slowest === null ? null : { ping: slowest.ping, pong: slowest.pong, roundTripMs: nsToMs(slowest.ns) },
    };
  }

  private roundTripMs(slowest: Slowest | null, open: readonly number[]): Beat["roundTripMs"] {
    if (slowest === null) return null;
    const sorted = this.roundTrips.sorted(open);
    return {
      min: nsToMs(Math.min(this.shortestNs, ...open)),
      median: nsToMs(quantile(sorted, 0.5)),
      p95: nsToMs(quantile(sorted, 0.95)),
      max: nsToMs(slowest.ns),
    };
  }
}

const slowestOf = ({ mark, pong, roundTripNs }: Ping): Slowest => ({ ping: mark, pong, ns: roundTripNs });

const markOrNull = (packet: number, timestampNs: number): Mark | null =>
  packet === 0 ? null : markAt(packet, timestampNs);

const jitterMs = (sorted: Float64Array): number => {
  const median = quantile(sorted, 0.5);
  return nsToMs(quantile(sorted.map((interval) => Math.abs(interval - median)).sort(), 0.5));
};
