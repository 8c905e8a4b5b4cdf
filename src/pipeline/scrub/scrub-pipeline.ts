import { formatAddress } from "../../base/address.ts";
import * as limits from "../../base/limits.ts";
import type { PacketView, Position } from "../../base/packet-view.ts";
import type { TcpConnection } from "../../tcp/connection.ts";
import type { EndCause, GapCause } from "../../tcp/types.ts";
import type { MessageView } from "../../websocket/types.ts";
import type { ArpView, DatagramView, IcmpErrorView, SegmentView } from "../../wire/types.ts";
import { Pipeline } from "../pipeline.ts";
import type { FrameTap } from "../websocket/frame-tap.ts";
import { DirectionScrub } from "./direction-scrub.ts";
import { DirectionEdits } from "./edits.ts";
import { FrameScrub } from "./frame-scrub.ts";
import type { EditStream } from "./message-parts.ts";
import type { FindSpans } from "./stand-in.ts";
import { isSuspicious } from "./suspicious.ts";
import { TextScrub } from "./text-scrub.ts";
import { TlsScrub } from "./tls-scrub.ts";

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

/** Reads a capture once to plan what has to be overwritten in its packets; `owners` and `edits` are then ready. */
export class ScrubPipeline extends Pipeline {
  readonly edits = new Map<number, DirectionEdits>();
  values = 0;
  compressedBlanked = 0;
  private readonly plan: ScrubPlanOptions;
  private owned = new Int32Array(1 << 12).fill(NOT_TCP);
  private readonly directions = new Map<number, DirectionScrub>();
  private heldBytes = 0;
  private madeEdits = 0;
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
    if (!this.plan.scrub) {
      super.onBytes(connection, direction, bytes, start, end, at);
      return;
    }
    const scrub = this.directionOf(connection, direction);
    const next = this.tracker.nextSequenceOf(connection, connection.indexOf(direction));
    // Before it is decoded: a decoder may unmask in place.
    scrub.add((next - (end - start)) | 0, bytes.slice(start, end));
    super.onBytes(connection, direction, bytes, start, end, at);
    this.goOn(connection, direction, scrub);
  }

  override onGap(connection: TcpConnection, direction: 0 | 1, lengthBytes: number, why: GapCause, at: Position): void {
    if (this.plan.scrub) this.directionOf(connection, direction).gap(lengthBytes);
    super.onGap(connection, direction, lengthBytes, why, at);
  }

  override onEnd(connection: TcpConnection, direction: 0 | 1, cause: EndCause, at: Position): void {
    super.onEnd(connection, direction, cause, at);
    // One side may still decide what the other has been.
    if (!connection.halves.every((half) => half.ended)) return;
    for (const side of [0, 1] as const) {
      const key = keyOf(connection, side);
      const scrub = this.directions.get(key);
      if (scrub === undefined) continue;
      this.goOn(connection, side, scrub);
      scrub.end();
      this.sum(scrub);
      this.values += scrub.values;
      this.compressedBlanked += scrub.compressedBlanked;
      this.directions.delete(key);
    }
  }

  /** Has what is certain by now searched. */
  private goOn(connection: TcpConnection, direction: 0 | 1, scrub: DirectionScrub): void {
    const context = this.contexts[connection.slot];
    const tls = context?.tls ?? null;
    const webSocket = context?.webSocket ?? null;
    if (tls !== null) scrub.goOn("tls", tls.fedBytes[direction]);
    else if (webSocket !== null)
      scrub.goOn(webSocket.midstream ? "midstream" : "frames", webSocket.side(direction).fedBytes);
    else scrub.goOn("text", 0);
    this.sum(scrub);
    if (this.heldBytes <= limits.scrubHeldBytes && this.madeEdits <= limits.scrubEdits) return;
    scrub.stop();
    this.sum(scrub);
  }

  private sum(scrub: DirectionScrub): void {
    const held = scrub.heldBytes;
    this.heldBytes += held - scrub.countedBytes;
    scrub.countedBytes = held;
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

  private directionOf(connection: TcpConnection, direction: 0 | 1): DirectionScrub {
    const key = keyOf(connection, direction);
    const known = this.directions.get(key);
    if (known !== undefined) return known;
    const edits = new DirectionEdits();
    this.edits.set(key, edits);
    const { plan } = this;
    const edit: EditStream = (offset, pattern, length) => {
      this.madeEdits++;
      edits.edit(offset, pattern, length);
    };
    const judge = (from: number, to: number): void => edits.judge(from, to);
    const made = new DirectionScrub(edits, {
      // DNS over TCP is neither text nor looked into: with addresses hidden nothing of it is shown.
      isHidden: plan.hidesHosts && connection.ports.includes(DNS_PORT),
      text: (begins) => new TextScrub({ find: plan.find, edit, judge }, begins),
      frames: (begins) =>
        new FrameScrub(
          {
            find: plan.find,
            blankAll: plan.blankPayloads,
            compressed: (index) => this.compressed.holdsSecret(connection.id, direction, index),
            edit,
            judge,
          },
          begins,
        ),
      tls: (begins) =>
        new TlsScrub(
          {
            isShown: !plan.decrypted.has(connection.id),
            hostOf: plan.hidesHosts ? plan.hostOf : null,
            edit,
            judge,
          },
          begins,
        ),
    });
    this.directions.set(key, made);
    return made;
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
