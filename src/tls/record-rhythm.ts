import { CLIENT, type Direction, otherDirection, SERVER } from "../base/brand.ts";

export interface Moment {
  readonly packetNumber: number;
  readonly timestampNs: number;
}

/** Records of one size that come again and again: a heartbeat, as far as can be told from outside. */
export interface RecordBeat {
  readonly intervalMs: number;
  readonly count: number;
  /** So many were followed at once by a small record of the other side. */
  readonly answered: number;
  readonly last: Moment;
  readonly lastAnswer: Moment | null;
  /** So many have come since without an answer, and the first of them. */
  readonly unanswered: number;
  readonly firstUnanswered: Moment | null;
}

/** Bodies of at most so many bytes: a frame of control (RFC 6455 §5.5) and what TLS adds, CBC with its padding too. */
const CONTROL_BYTES = 200;
/** No request of HTTP/1.1 is so small, and hardly a head of a response. */
const TURN_BYTES = 90;
/** Larger ones are pieces of something large that is under way. */
const PUSH_BYTES = 4000;
const PAUSE_NS = 100e6;
/** RFC 8446 §4.6.1: no session ticket is so small. */
const LESS_THAN_TICKET_BYTES = 100;
const ANSWER_NS = 1e9;
const SIZES_KEPT = 16;
const LEAST_BEATS = 3;
const LEAST_INTERVAL_NS = 900e6;
const IRREGULAR = 1.3;
/** What comes earlier than this part of the interval is no beat. */
const EARLY = 0.8;
/** RFC 8446 §5.2: two bytes of alert, one of type, sixteen of tag. */
const ALERT_BYTES = 19;

interface Tally {
  readonly first: Moment;
  last: Moment;
  count: number;
  shortestNs: number;
  longestNs: number;
  /** The last one came off the beat. */
  early: boolean;
  answered: number;
  lastAnswer: Moment | null;
  unanswered: number;
  firstUnanswered: Moment | null;
}

interface Tail extends Moment {
  readonly bytes: number;
  /** The record says of itself that it is an alert. */
  readonly isAlert: boolean;
}

class Side {
  records = 0;
  unasked = 0;
  tail: Tail | null = null;
  beforeTail: Tail | null = null;
  readonly sizes = new Map<number, Tally>();
}

/**
 * When encrypted records came, how large, and who began: what keys are not needed for. A request and its response take
 * turns; the ends of a WebSocket speak unasked, and in small pieces. From the client's first request on; bounded.
 */
export class RecordRhythm {
  since: Moment | null = null;
  /** Small records with which the client began to speak, once it had been answered. */
  smallTurns = 0;
  /** Bytes with which the server answered the first request; null: it has not. */
  answerBytes: number | null = null;
  /** Some records were not in the capture, or not whole. */
  holes = false;
  private answerOver = false;
  private firstAnswer: { readonly packetNumber: number; readonly bytes: number } | null = null;
  private isMidstream = false;
  private lastFrom: Direction | null = null;
  private lastNs = 0;
  private readonly sides: readonly [Side, Side] = [new Side(), new Side()];

  records(direction: Direction): number {
    return this.sides[direction].records;
  }

  unasked(direction: Direction): number {
    return this.sides[direction].unasked;
  }

  /** `bytes`: the record's body. Before the first request, where it was captured, only alerts count. */
  note(direction: Direction, bytes: number, isAlert: boolean, isMidstream: boolean, at: Moment): void {
    const side = this.sides[direction];
    const { packetNumber, timestampNs } = at;
    if (this.since === null) {
      if ((direction === CLIENT || isMidstream) && !isAlert) {
        this.since = { packetNumber, timestampNs };
        this.isMidstream = isMidstream;
      } else if (!isAlert) return;
    }
    side.beforeTail = side.tail;
    side.tail = { packetNumber, timestampNs, bytes, isAlert };
    if (isAlert) return;
    this.count(direction, side, bytes, at);
    this.lastFrom = direction;
    this.lastNs = timestampNs;
  }

  private count(direction: Direction, side: Side, bytes: number, at: Moment): void {
    side.records++;
    const paused = at.timestampNs - this.lastNs >= PAUSE_NS;
    const begins = this.lastFrom !== direction || paused;
    this.countAnswer(direction, bytes, paused, at);
    // What follows the head of a request before it is answered may be its body.
    const isTurn = direction === CLIENT && begins && (this.answerBytes !== null || this.isMidstream);
    if (isTurn && bytes <= TURN_BYTES && bytes !== ALERT_BYTES) this.smallTurns++;
    if (this.lastFrom === direction && paused && bytes <= PUSH_BYTES) side.unasked++;
    if (bytes > CONTROL_BYTES) return;
    if (this.lastFrom !== direction) this.countEcho(otherDirection(direction), at);
    this.tally(side, bytes, at);
  }

  private countAnswer(direction: Direction, bytes: number, paused: boolean, { packetNumber }: Moment): void {
    // No answer of HTTP is as small as an alert.
    if (this.answerOver || (direction === SERVER && bytes === ALERT_BYTES)) return;
    if (direction === SERVER && this.isSecondTicket(bytes, packetNumber)) {
      this.answerBytes = null;
      return;
    }
    if (direction === SERVER && this.answerBytes === null) this.firstAnswer ??= { packetNumber, bytes };
    if (direction === SERVER && (this.answerBytes === null || !paused))
      this.answerBytes = (this.answerBytes ?? 0) + bytes;
    else if (this.answerBytes !== null) this.answerOver = true;
  }

  /**
   * Session tickets of TLS 1.3 may come behind the request, and answer nothing. OpenSSL, and so most servers, sends two of one
   * size at once; one alone cannot be told from an answer.
   */
  private isSecondTicket(bytes: number, packetNumber: number): boolean {
    const { firstAnswer } = this;
    return (
      bytes > LESS_THAN_TICKET_BYTES &&
      this.answerBytes === bytes &&
      firstAnswer?.bytes === bytes &&
      firstAnswer.packetNumber === packetNumber
    );
  }

  /** A small record right behind one of the other side's: perhaps its pong. */
  private countEcho(from: Direction, at: Moment): void {
    const { tail, sizes } = this.sides[from];
    const tally = tail === null ? undefined : sizes.get(tail.bytes);
    if (tally === undefined || at.timestampNs - tally.last.timestampNs > ANSWER_NS) return;
    tally.answered++;
    tally.unanswered = 0;
    tally.firstUnanswered = null;
    tally.lastAnswer = { packetNumber: at.packetNumber, timestampNs: at.timestampNs };
  }

  private tally({ sizes }: Side, bytes: number, { packetNumber, timestampNs }: Moment): void {
    const at = { packetNumber, timestampNs };
    const tally = sizes.get(bytes);
    if (tally === undefined) {
      if (sizes.size >= SIZES_KEPT) sizes.delete(rarest(sizes));
      sizes.set(bytes, {
        first: at,
        last: at,
        count: 1,
        shortestNs: Number.POSITIVE_INFINITY,
        longestNs: 0,
        early: false,
        answered: 0,
        lastAnswer: null,
        unanswered: 1,
        firstUnanswered: at,
      });
      return;
    }
    const gapNs = timestampNs - tally.last.timestampNs;
    tally.early = tally.count >= LEAST_BEATS && gapNs < EARLY * tally.shortestNs;
    tally.last = at;
    tally.count++;
    tally.unanswered++;
    tally.firstUnanswered ??= at;
    // The one that came too early is no beat: it is judged as the last one that it may be.
    if (tally.early) return;
    tally.shortestNs = Math.min(tally.shortestNs, gapNs);
    tally.longestNs = Math.max(tally.longestNs, gapNs);
  }

  /** The last record of a side if it is an alert, or of an alert's size: TLS 1.3 shows no more. */
  alertAtEnd(direction: Direction): (Moment & { readonly isSure: boolean }) | null {
    const { tail } = this.sides[direction];
    if (tail === null || !(tail.isAlert || tail.bytes === ALERT_BYTES)) return null;
    // The frames of a client are masked, so that none is as small (RFC 6455 §5.3).
    return { ...tail, isSure: tail.isAlert || direction === CLIENT };
  }

  /** The last record of a side, or the one before it if the last is taken for an alert. */
  last(direction: Direction, endsByAlert: boolean): (Moment & { readonly bytes: number }) | null {
    const { tail, beforeTail } = this.sides[direction];
    return endsByAlert ? beforeTail : tail;
  }

  /** The smallest of the sizes that come regularly. */
  beat(direction: Direction): RecordBeat | null {
    let found: RecordBeat | null = null;
    let least = Number.POSITIVE_INFINITY;
    for (const [bytes, tally] of this.sides[direction].sizes) {
      if (bytes >= least || tally.count < LEAST_BEATS || tally.shortestNs < LEAST_INTERVAL_NS) continue;
      if (tally.longestNs > IRREGULAR * tally.shortestNs) continue;
      least = bytes;
      const { count, answered, last, lastAnswer, unanswered, firstUnanswered } = tally;
      const intervalMs = (tally.shortestNs + tally.longestNs) / 2e6;
      found = { intervalMs, count, answered, last, lastAnswer, unanswered, firstUnanswered };
    }
    return found;
  }

  /** No beat of its size, or off it: a message of another kind. */
  isOdd(direction: Direction, bytes: number): boolean {
    const tally = this.sides[direction].sizes.get(bytes);
    if (tally === undefined) return false;
    return tally.count < LEAST_BEATS || tally.early || tally.longestNs > IRREGULAR * tally.shortestNs;
  }
}

function rarest(sizes: ReadonlyMap<number, Tally>): number {
  let found = -1;
  let least = Number.POSITIVE_INFINITY;
  for (const [bytes, { count }] of sizes) {
    if (count >= least) continue;
    least = count;
    found = bytes;
  }
  return found;
}
