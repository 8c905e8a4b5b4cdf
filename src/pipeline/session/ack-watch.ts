import type { Direction } from "../../base/brand.ts";
import * as limits from "../../base/limits.ts";
import type { AckFacts, AwaitedAck } from "../../store/session-types.ts";
import type { MessageView } from "../../websocket/types.ts";
import { mark } from "../marks.ts";

/** Engine.IO's message, then Socket.IO's EVENT, ACK, BINARY_EVENT, BINARY_ACK. */
const MESSAGE = 0x34;
const EVENT = 0x32;
const ACK = 0x33;
const BINARY_EVENT = 0x35;
const BINARY_ACK = 0x36;

/** Attachments, namespace, number of the acknowledgment, and the name of an event. */
const HEAD = /^(?:\d{1,9}-)?(?:(\/[^,]*),)?(\d{1,15})?\[(?:"((?:[^"\\]|\\.)*))?/;
const HEAD_BYTES = 128;
/** Behind a longer one the number may lie where messages that begin alike are not told apart. */
const LONGEST_NAMESPACE = 32;

interface Waiting {
  asked: number;
  answered: number;
  slowestMs: number;
  serverSpoke: boolean;
  readonly missing: Map<number, AwaitedAck>;
}

/**
 * The events of a Socket.IO client that ask for an acknowledgment (`42<id>[…]`), and the server's acknowledgments
 * (`43<id>[…]`), by namespace. Reads the head of each packet only: the rest is the application's.
 */
export class AckWatch {
  private readonly namespaces = new Map<string, Waiting>();
  /** Something of the server could not be read: acknowledgments may have been among it. */
  private isBlind = false;

  look(message: MessageView): void {
    const { bytes, keptLength, direction, problem } = message;
    if (direction === 1 && problem !== null) this.isBlind = true;
    if (keptLength < 3 || bytes[0] !== MESSAGE) return;
    const isEvent = bytes[1] === EVENT || bytes[1] === BINARY_EVENT;
    const isAck = bytes[1] === ACK || bytes[1] === BINARY_ACK;
    if (isEvent || isAck) this.onPacket(message, direction, isAck);
  }

  /** Of the namespaces in which an acknowledgment was asked for; none where not all that came could be read. */
  facts(): Map<string, AckFacts> {
    const facts = new Map<string, AckFacts>();
    if (this.isBlind) return facts;
    for (const [name, { missing, ...counts }] of this.namespaces)
      if (counts.asked > 0) facts.set(name, { ...counts, missing: [...missing.values()] });
    return facts;
  }

  private onPacket(message: MessageView, direction: Direction, isAck: boolean): void {
    const length = Math.min(message.keptLength, HEAD_BYTES);
    const head = Buffer.from(message.bytes.subarray(2, length)).toString("utf8");
    const match = HEAD.exec(head);
    const [, name = "/", number, event = ""] = match ?? [];
    const waiting = match === null || name.length > LONGEST_NAMESPACE ? null : this.waiting(name);
    if (waiting === null) return;
    if (direction === 1) waiting.serverSpoke = true;
    if (number === undefined || isAck !== (direction === 1)) return;
    if (isAck) {
      const asked = waiting.missing.get(Number(number));
      if (asked !== undefined)
        waiting.slowestMs = Math.max(waiting.slowestMs, (message.lastTimestampNs - asked.timestampNs) / 1e6);
      waiting.answered += 1;
      waiting.missing.delete(Number(number));
      return;
    }
    waiting.asked += 1;
    if (waiting.missing.size >= limits.awaitedAcks) return;
    const { packet, timestampNs } = mark({
      packetNumber: message.lastPacketNumber,
      timestampNs: message.lastTimestampNs,
    });
    waiting.missing.set(Number(number), { packet, timestampNs, event });
  }

  private waiting(name: string): Waiting | null {
    const known = this.namespaces.get(name);
    if (known !== undefined) return known;
    if (this.namespaces.size >= limits.socketIoNamespaces) return null;
    const waiting: Waiting = { asked: 0, answered: 0, slowestMs: 0, serverSpoke: false, missing: new Map() };
    this.namespaces.set(name, waiting);
    return waiting;
  }
}
