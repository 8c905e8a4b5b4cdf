import { connectionId, type Direction, relativeNs } from "../../base/brand.ts";
import * as limits from "../../base/limits.ts";
import { Activity } from "../../store/activity.ts";
import { FrameLog, type LoggedFrame, type RoundTrip } from "../../store/frame-log.ts";
import { CONTINUATION, type FrameView, type MessageView, PING, PONG, TEXT } from "../../websocket/types.ts";
import { isSuspicious } from "../scrub/suspicious.ts";
import type { FrameTap } from "./frame-tap.ts";

export type PayloadsKept = "none" | "preview" | "full";

interface Pending {
  readonly frame: LoggedFrame;
  readonly payload: string;
  readonly application: boolean;
}

/** Keeps what reports draw of the frames: bounded rows, round trips, sums. Texts go through `redact` whole, then are cut. */
export class FrameRecorder implements FrameTap {
  readonly keptMessageBytes = limits.keptMessageBytes;
  readonly log = new FrameLog();
  readonly activity = new Activity();
  readonly roundTrips: RoundTrip[] = [];
  private readonly payloads: PayloadsKept;
  private readonly redact: (text: string) => string;
  private readonly hides: boolean;
  private readonly pending = new Map<number, [Pending[], Pending[]]>();
  private waiting: LoggedFrame | null = null;
  private textKept = 0;

  constructor(payloads: PayloadsKept, redactor: { readonly applied: boolean; text(value: string): string }) {
    this.payloads = payloads;
    this.hides = redactor.applied;
    this.redact = (text) => redactor.text(text);
  }

  onFrame(connection: number, frame: FrameView): void {
    this.release();
    const logged: LoggedFrame = {
      connection: connectionId(connection),
      direction: frame.direction,
      packet: frame.firstPacketNumber,
      lastPacket: frame.lastPacketNumber,
      timestampNs: relativeNs(frame.firstTimestampNs),
      opcode: frame.opcode,
      fin: frame.fin,
      rsv: frame.rsv,
      masked: frame.masked,
      length: frame.length,
      compressed: frame.compressed,
      closeCode: frame.closeCode,
      closeReason: frame.closeReason === null ? null : this.redact(frame.closeReason),
      text: null,
      base64: null,
    };
    this.activity.add(frame.direction, frame.firstTimestampNs, frame.length);
    if (frame.opcode === PING) this.ping(logged, hexOf(frame), false);
    else if (frame.opcode === PONG) this.pong(logged, hexOf(frame), false);
    if (frame.fin && frame.opcode <= 2) this.waiting = logged;
    else this.log.add(logged);
  }

  onMessage(_connection: number, message: MessageView): void {
    const { waiting } = this;
    this.waiting = null;
    if (waiting === null) return;
    this.log.add(this.withPayload(waiting, message));
  }

  /** Nothing more will come. */
  finish(): void {
    this.release();
    for (const sides of this.pending.values()) {
      for (const side of sides) for (const left of side) this.roundTrip(left, null);
    }
    this.pending.clear();
  }

  private release(): void {
    if (this.waiting !== null) this.log.add(this.waiting);
    this.waiting = null;
  }

  private withPayload(frame: LoggedFrame, message: MessageView): LoggedFrame {
    if (message.problem !== null) return frame;
    const whole = Buffer.from(message.bytes.buffer, message.bytes.byteOffset, message.keptLength);
    const isText = message.opcode === TEXT;
    if (isText && message.length === 1 && (frame.opcode === TEXT || frame.opcode === CONTINUATION)) {
      // Engine.IO packet types 2 and 3; whether it is Engine.IO is known only at the end.
      if (whole[0] === 0x32) this.ping(frame, "eio", true);
      else if (whole[0] === 0x33) this.pong(frame, "eio", true);
    }
    // Read in any case, so that what it gives away is hidden elsewhere too.
    const text = this.redact(isText ? whole.toString("utf8") : whole.toString("latin1"));
    if (this.payloads === "none" || this.textKept > limits.loggedTextTotal) return frame;
    const most = this.payloads === "full" ? limits.keptMessageBytes : limits.loggedTextCharacters;
    if (!isText) {
      // Bytes that hold a secret are not shown: cutting it out of an unknown format would need that format.
      const plain = whole.toString("latin1");
      if (this.payloads !== "full" || text !== plain || (this.hides && isSuspicious(plain))) return frame;
      this.textKept += whole.length;
      return { ...frame, base64: whole.toString("base64") };
    }
    const kept = text.length > most ? `${text.slice(0, most)}…` : text;
    this.textKept += kept.length;
    return { ...frame, text: kept };
  }

  private sides(connection: number): [Pending[], Pending[]] {
    const known = this.pending.get(connection);
    if (known !== undefined) return known;
    const made: [Pending[], Pending[]] = [[], []];
    this.pending.set(connection, made);
    return made;
  }

  private ping(frame: LoggedFrame, payload: string, application: boolean): void {
    const side = this.sides(frame.connection)[frame.direction];
    side.push({ frame, payload, application });
    if (side.length > limits.pendingPings) this.roundTrip(side.shift(), null);
  }

  /** The oldest ping with this payload; an answer to one answers what came before it (RFC 6455 §5.5.3). */
  private pong(frame: LoggedFrame, payload: string, application: boolean): void {
    const direction: Direction = frame.direction === 0 ? 1 : 0;
    const side = this.sides(frame.connection)[direction];
    const index = side.findIndex((ping) => ping.application === application && ping.payload === payload);
    if (index < 0) return;
    const answered = side.splice(0, index + 1);
    const [last] = answered.slice(-1);
    for (const skipped of answered.slice(0, -1)) this.roundTrip(skipped, null);
    if (last !== undefined) this.roundTrip(last, frame.timestampNs - last.frame.timestampNs);
  }

  private roundTrip(ping: Pending | undefined, roundTripNs: number | null): void {
    if (ping === undefined || this.roundTrips.length >= limits.loggedFrames) return;
    const { connection, direction, timestampNs, packet } = ping.frame;
    this.roundTrips.push({
      connection,
      direction,
      sentNs: timestampNs,
      roundTripNs,
      packet,
      application: ping.application,
    });
  }
}

const hexOf = (frame: FrameView): string =>
  Buffer.from(frame.payload.buffer, frame.payload.byteOffset, frame.payloadLength).toString("hex");
