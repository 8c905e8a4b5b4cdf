import { formatAddress } from "../../base/address.ts";
import { limits } from "../../base/limits.ts";
import type { PacketView, Position } from "../../base/packet-view.ts";
import type { TcpConnection } from "../../tcp/connection.ts";
import type { EndCause, GapCause } from "../../tcp/types.ts";
import type { MessageView } from "../../websocket/types.ts";
import type { ArpView, DatagramView, IcmpErrorView, SegmentView } from "../../wire/types.ts";
import type { FrameTap } from "../frame-tap.ts";
import { Pipeline } from "../pipeline.ts";
import { headsOf, scrubBody } from "./body-scrub.ts";
import { DirectionEdits } from "./edits.ts";
import { HeldStream } from "./held-stream.ts";
import { isSuspicious } from "./suspicious.ts";
import { certificateSpans, serverNames } from "./tls-certificates.ts";
import { clearSpans } from "./tls-records.ts";
import { type FindSpans, scrubFrames, standIn } from "./websocket-scrub.ts";

export interface ScrubPlanOptions {
  readonly find: FindSpans;
  readonly blankPayloads: boolean;
  /** Whoever's names they bear. */
  readonly hidesHosts: boolean;
  /** What stands for a host, as long. */
  readonly hostOf: (name: string) => string;
  /** Connections whose TLS was decrypted: somebody has the keys, and nothing can be overwritten in there. */
  readonly decrypted: ReadonlySet<number>;
  /** false: only who owns which packet is learnt. */
  readonly scrub: boolean;
  readonly ports: readonly number[];
  readonly vantageOf: (captureIndex: number) => number;
}

/** What a packet is, by its number: `connection * 2 + direction`, or one of these. */
export const NOT_TCP = -1;
/** Part of a datagram, or otherwise not readable by itself. */
export const FRAGMENT = -2;

const DNS_PORT = 53;
const HTTP_HEAD_SAYS_ENCODED = /\r\n(?:content-encoding:[ \t]*(?!identity)\S|transfer-encoding:[ \t]*chunked)/i;

interface Direction {
  readonly held: HeldStream;
  readonly edits: DirectionEdits;
  /** More came than could be held. */
  full: boolean;
  done: boolean;
}

/** Reads a capture once to plan what has to be overwritten in its packets; `owners` and `edits` are then ready. */
export class ScrubPipeline extends Pipeline {
  readonly edits = new Map<number, DirectionEdits>();
  values = 0;
  compressedBlanked = 0;
  private readonly plan: ScrubPlanOptions;
  private owned = new Int32Array(1 << 12).fill(NOT_TCP);
  private readonly directions = new Map<number, Direction>();
  private heldBytes = 0;
  private told = false;
  private readonly compressed: CompressedWatch;

  constructor(plan: ScrubPlanOptions, seed: number) {
    const compressed = new CompressedWatch(plan);
    super({ ports: plan.ports, vantageOf: plan.vantageOf, tap: compressed, seed, rethrow: false });
    this.plan = plan;
    this.compressed = compressed;
  }

  ownerOf(packetNumber: number): number {
    return this.owned[packetNumber] ?? NOT_TCP;
  }

  override onPacket(packet: PacketView): void {
    this.told = false;
    super.onPacket(packet);
    if (!this.told) this.own(packet.packetNumber, FRAGMENT);
  }

  override onSegment(segment: SegmentView, packet: PacketView): void {
    this.told = true;
    super.onSegment(segment, packet);
    const connection = this.tracker.connectionOf(segment);
    if (segment.bytes !== packet.bytes) this.own(packet.packetNumber, FRAGMENT);
    else if (connection !== null) {
      const fromLow = this.isFromFirst(segment, connection);
      this.own(packet.packetNumber, connection.id * 2 + (fromLow ? 0 : 1));
    }
  }

  override onIcmpError(error: IcmpErrorView, packet: PacketView): void {
    this.told = true;
    super.onIcmpError(error, packet);
  }

  override onDatagram(datagram: DatagramView, packet: PacketView): void {
    this.told = true;
    super.onDatagram(datagram, packet);
  }

  override onArp(arp: ArpView, packet: PacketView): void {
    this.told = true;
    super.onArp(arp, packet);
  }

  override onOther(kind: string): void {
    this.told = true;
    super.onOther(kind);
  }

  override onBytes(
    connection: TcpConnection,
    direction: 0 | 1,
    bytes: Uint8Array,
    start: number,
    end: number,
    at: Position,
  ): void {
    if (this.plan.scrub) {
      const held = this.directionOf(connection, direction);
      const next = this.tracker.nextSequenceOf(connection, connection.indexOf(direction));
      const sequence = (next - (end - start)) | 0;
      held.full ||= this.heldBytes + end - start > limits.scrubHeldBytes;
      if (held.full) held.held.gap(end - start);
      else {
        this.heldBytes += end - start;
        held.held.add(sequence, bytes.slice(start, end));
      }
    }
    super.onBytes(connection, direction, bytes, start, end, at);
  }

  override onGap(connection: TcpConnection, direction: 0 | 1, lengthBytes: number, why: GapCause, at: Position): void {
    if (this.plan.scrub) this.directionOf(connection, direction).held.gap(lengthBytes);
    super.onGap(connection, direction, lengthBytes, why, at);
  }

  override onEnd(connection: TcpConnection, direction: 0 | 1, cause: EndCause, at: Position): void {
    super.onEnd(connection, direction, cause, at);
    // One side may still decide what the other has been.
    if (!connection.halves.every((half) => half.ended)) return;
    for (const side of [0, 1] as const) {
      const held = this.directions.get(keyOf(connection, side));
      if (held === undefined || held.done) continue;
      held.done = true;
      this.scrub(connection, side, held);
      this.directions.delete(keyOf(connection, side));
    }
  }

  private own(packetNumber: number, owner: number): void {
    if (packetNumber >= this.owned.length) {
      const grown = new Int32Array(Math.max(packetNumber + 1, this.owned.length * 2)).fill(NOT_TCP);
      grown.set(this.owned);
      this.owned = grown;
    }
    this.owned[packetNumber] = owner;
  }

  /** Physical, since roles may be settled later. */
  private isFromFirst(segment: SegmentView, connection: TcpConnection): boolean {
    const [low, high] = connection.ports;
    if (low !== high) return segment.sourcePort === low;
    return formatAddress(segment.bytes, segment.sourceAddressStart, segment.ipVersion) === connection.addresses[0];
  }

  private directionOf(connection: TcpConnection, direction: 0 | 1): Direction {
    const key = keyOf(connection, direction);
    const known = this.directions.get(key);
    if (known !== undefined) return known;
    const edits = new DirectionEdits();
    const made: Direction = { held: new HeldStream(), edits, full: false, done: false };
    this.directions.set(key, made);
    this.edits.set(key, edits);
    return made;
  }

  private scrub(connection: TcpConnection, direction: 0 | 1, { held, edits }: Direction): void {
    // DNS over TCP is neither text nor looked into: with addresses hidden nothing of it is shown.
    if (this.plan.hidesHosts && connection.ports.includes(DNS_PORT)) return;
    const context = this.contexts[connection.slot];
    const judge = (from: number, to: number): void =>
      held.sequences(from, to, (sequence, first, last) => edits.judge(sequence, last - first));
    const edit = (offset: number, bytes: Uint8Array): void =>
      held.sequences(offset, offset + bytes.length, (sequence, first, last) =>
        edits.edit(sequence, bytes.slice(first - offset, last - offset)),
      );
    const webSocket = context?.webSocket ?? null;
    const tls = context?.tls ?? null;
    const leftHttp = tls?.fedBytes[direction] ?? webSocket?.side(direction).fedBytes ?? 0;
    const begins = Math.max(0, held.length - leftHttp);
    held.stretches(0, begins, (bytes, offset) => {
      judge(offset, offset + bytes.length);
      this.scrubText(bytes, (at, replacement) => edit(offset + at, replacement));
    });
    if (tls !== null) {
      // Encrypted: nothing to be read, so nothing to hide, but whose certificate it is.
      const isShown = !this.plan.decrypted.has(connection.id);
      if (isShown) judge(begins, held.length);
      held.stretches(begins, held.length, (bytes, offset) => {
        if (offset > begins) return;
        if (!isShown) for (const { start, end } of clearSpans(bytes)) judge(offset + start, offset + end);
        if (!this.plan.hidesHosts) return;
        for (const { start, end } of certificateSpans(bytes)) edit(offset + start, new Uint8Array(end - start));
        for (const { name, places } of serverNames(bytes)) {
          const shown = Buffer.from(this.plan.hostOf(name).padEnd(name.length), "latin1");
          for (const [index, place] of places.entries()) edit(offset + place, shown.subarray(index, index + 1));
        }
      });
      return;
    }
    if (webSocket === null) return;
    let isFirst = !webSocket.midstream;
    held.stretches(begins, held.length, (bytes, offset) => {
      // Behind a gap no frame boundary is certain: nothing there is shown.
      if (!isFirst) return;
      isFirst = false;
      const result = scrubFrames(
        bytes,
        {
          find: this.plan.find,
          blankAll: this.plan.blankPayloads,
          compressed: (index) => this.compressed.holdsSecret(connection.id, direction, index),
        },
        (at, replacement) => edit(offset + at, replacement),
      );
      this.values += result.values;
      this.compressedBlanked += result.compressedBlanked;
      judge(offset, offset + result.judgedTo);
    });
  }

  /** HTTP heads and bodies, and whatever is not HTTP. */
  private scrubText(bytes: Uint8Array, edit: (offset: number, replacement: Uint8Array) => void): void {
    const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("latin1");
    for (const { start, end, tag } of this.plan.find(text)) {
      edit(start, standIn(text.slice(start, end), tag));
      this.values++;
    }
    for (const { head, end } of headsOf(text)) {
      if (HTTP_HEAD_SAYS_ENCODED.test(head)) this.values += scrubBody(text, head, end, this.plan.find, edit);
    }
  }
}

/** Physical direction: what the end with the lower number of the two sent. */
const keyOf = (connection: TcpConnection, direction: 0 | 1): number =>
  connection.id * 2 + connection.indexOf(direction);

/** Learns of each compressed message, in order, whether it holds a secret. */
class CompressedWatch implements FrameTap {
  readonly keptMessageBytes = limits.printedMessageBytes;
  private readonly plan: ScrubPlanOptions;
  private readonly verdicts = new Map<number, (boolean | null)[]>();

  constructor(plan: ScrubPlanOptions) {
    this.plan = plan;
  }

  onFrame(): void {}

  onMessage(connection: number, message: MessageView): void {
    if (!message.compressed || !this.plan.scrub) return;
    const key = connection * 2 + message.direction;
    const list = this.verdicts.get(key) ?? [];
    this.verdicts.set(key, list);
    if (message.problem !== null || message.keptLength < message.length) list.push(null);
    else {
      const { bytes, keptLength } = message;
      const text = Buffer.from(bytes.buffer, bytes.byteOffset, keptLength).toString("latin1");
      list.push(this.plan.find(text).length > 0 || (message.opcode === 2 && isSuspicious(text)));
    }
  }

  holdsSecret(connection: number, direction: number, index: number): boolean | null {
    return this.verdicts.get(connection * 2 + direction)?.[index] ?? null;
  }
}
