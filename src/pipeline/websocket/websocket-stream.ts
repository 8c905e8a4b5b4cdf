import { CLIENT, type Direction, otherDirection, packetNumber, relativeNs, SERVER, sideOf } from "../../base/brand.ts";
import * as limits from "../../base/limits.ts";
import type { Mark, Position } from "../../base/packet-view.ts";
import type { WebSocketEventFacts } from "../../store/websocket-types.ts";
import { CalmPair } from "../../websocket/calm/calm-pair.ts";
import { Heartbeat } from "../../websocket/heartbeat.ts";
import type { DecoderMemory } from "../../websocket/memory.ts";
import {
  type DeflateAgreement,
  type FrameView,
  type MessageView,
  PONG,
  type WebSocketEvent,
} from "../../websocket/types.ts";
import { SessionWatch } from "../session/session-watch.ts";
import type { FrameTap } from "./frame-tap.ts";
import { type SideOwner, WebSocketSide } from "./websocket-side.ts";

/** What the opening handshake says about the messages to come. */
export interface Handshake {
  readonly target: string | null;
  readonly subprotocol: string | null;
}

/** One WebSocket: its two sides, and what concerns both: heartbeat, session, events. */
export class WebSocketStream implements SideOwner {
  readonly by: "handshake" | "port" | "shape";
  readonly midstream: boolean;
  readonly openedNumber: number;
  readonly openedNs: number;
  readonly deflate: DeflateAgreement;
  private readonly client: WebSocketSide;
  private readonly server: WebSocketSide;
  private readonly beats = new Heartbeat();
  private readonly calm: CalmPair;
  readonly session: SessionWatch;
  readonly events: WebSocketEventFacts[] = [];
  readonly eventCounts = new Map<string, number>();
  readonly lostTrack: [Mark | null, Mark | null] = [null, null];
  /** One of its sides has. */
  saysClose = false;
  /** A side has ended: until then nobody looks at `endedNs`. */
  private hasEnd = false;
  private readonly endedNs: [number, number] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  readonly connectionId: number;
  readonly tap: FrameTap | null;

  constructor(
    connectionId: number,
    by: "handshake" | "port" | "shape",
    deflate: DeflateAgreement,
    openedAt: Position,
    tap: FrameTap | null,
    memory: DecoderMemory,
    handshake: Handshake | null,
  ) {
    this.session = new SessionWatch(
      "websocket",
      handshake?.target ?? null,
      handshake?.subprotocol ?? null,
      (direction) => this.decoderOf(direction).fedBytes,
    );
    this.connectionId = connectionId;
    this.by = by;
    this.midstream = by !== "handshake";
    this.deflate = deflate;
    this.openedNumber = openedAt.packetNumber;
    this.openedNs = openedAt.timestampNs;
    this.tap = tap;
    this.calm = new CalmPair(memory.texts);
    const options = {
      memory,
      calm: this.calm,
      keepBytes: Math.max(tap?.keptMessageBytes ?? 0, limits.readMessageBytes),
      midstream: this.midstream,
    };
    this.client = new WebSocketSide(CLIENT, this, deflate, options);
    this.server = new WebSocketSide(SERVER, this, deflate, options);
  }

  /** Up to date, for whoever wants to look. */
  side(direction: Direction): WebSocketSide {
    const side = this.decoderOf(direction);
    side.settle();
    return side;
  }

  private decoderOf(direction: Direction): WebSocketSide {
    return direction === CLIENT ? this.client : this.server;
  }

  /** See `FrameDecoder`. */
  calmLane(direction: Direction): number {
    return this.decoderOf(direction).calmLane;
  }

  /** It was none after all: nothing of it is decoded any more. */
  drop(): void {
    this.client.settle();
    this.server.settle();
    this.calm.giveBack();
  }

  /** Up to date. */
  get heartbeat(): Heartbeat {
    this.calm.tellBeats();
    return this.beats;
  }

  get hasClientBytes(): boolean {
    return this.client.fedBytes > 0;
  }

  feed(direction: Direction, bytes: Uint8Array, start: number, end: number, at: Position): void {
    this.decoderOf(direction).feed(bytes, start, end, at);
  }

  gap(direction: Direction, lengthBytes: number, at: Position, isExact = true): void {
    this.decoderOf(direction).gap(lengthBytes, at, isExact);
  }

  end(direction: Direction, at: Position): void {
    this.calm.tellBeats();
    this.noteEnd(direction, at.timestampNs);
    this.decoderOf(direction).end(at);
    if (Math.max(...this.endedNs) < Number.POSITIVE_INFINITY) this.calm.giveBack();
  }

  /** A side ended then, though what it said may not have been decoded yet. */
  noteEnd(direction: Direction, nowNs: number): void {
    this.hasEnd = true;
    this.endedNs[direction] = Math.min(this.endedNs[direction], nowNs);
    this.session.onEnd(direction, nowNs);
  }

  onBeat(frame: FrameView): void {
    this.calm.tellBeats();
    // Who has closed its side reads no more: a peer that wakes up now answers nobody.
    if (this.hasEnd && frame.opcode === PONG && frame.lastTimestampNs > this.endedNs[otherDirection(frame.direction)])
      return;
    this.beats.onFrame(frame);
  }

  onClose(direction: Direction, nowNs: number): void {
    this.saysClose = true;
    this.heartbeat.onClose(direction, nowNs);
    this.session.onClose(direction, nowNs);
  }

  onMessage(message: MessageView, concerns: boolean, isEarly: boolean): void {
    this.session.onMessage(message, concerns, isEarly);
  }

  onUnread(direction: Direction): void {
    this.session.onHole(direction);
  }

  onEvent(event: WebSocketEvent): void {
    const { code, direction, section, value } = event;
    if (code === "gap" || code === "desynchronised") this.session.onHole(direction);
    const count = (this.eventCounts.get(code) ?? 0) + 1;
    this.eventCounts.set(code, count);
    // The first of each kind always finds a place: it is what a finding shows. A cut capture has one in each packet.
    const isKept = count === 1 || this.events.length < limits.webSocketEventsPerConnection;
    if (!isKept && code !== "desynchronised") return;
    const [packet, timestampNs] = [packetNumber(event.packetNumber), relativeNs(event.timestampNs)];
    if (code === "desynchronised") this.lostTrack[direction] = { packet, timestampNs };
    if (isKept) this.events.push({ packet, timestampNs, code, from: sideOf(direction), section, value });
  }
}
