import type { Direction } from "../../base/brand.ts";
import * as limits from "../../base/limits.ts";
import type { Mark } from "../../base/packet-view.ts";
import { MAY_SAY_FAILURE, saysError } from "../../payload/readers/socket-io.ts";
import type { AckFacts, AwaitedAck, NumberedAck } from "../../store/session-types.ts";
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
  /** What asked for the newest acknowledgment. */
  answeredEvent: string;
  /** When the server last said something else than an error. */
  served: Mark | null;
  readonly missing: Map<number, AwaitedAck>;
  /** Came, and were not asked for here. */
  readonly elsewhere: NumberedAck[];
}

const markOf = ({ lastPacketNumber, lastTimestampNs }: MessageView): Mark =>
  mark({ packetNumber: lastPacketNumber, timestampNs: lastTimestampNs });

/**
 * The events of a Socket.IO client that ask for an acknowledgment (`42<id>[…]`), and the server's acknowledgments
 * (`43<id>[…]`), by namespace. Reads the head of each packet only: the rest is the application's.
 */
export class AckWatch {
  private readonly namespaces = new Map<string, Waiting>();
  /** Something of the server could not be read: acknowledgments may have been among it. */
  private isBlind = false;

  /** True: it may say that a request failed, which only a full reading can tell. */
  look(message: MessageView): boolean {
    const { bytes, keptLength, direction, problem } = message;
    if (direction === 1 && problem !== null) this.isBlind = true;
    if (keptLength < 3 || bytes[0] !== MESSAGE) return false;
    const isEvent = bytes[1] === EVENT || bytes[1] === BINARY_EVENT;
    const isAck = bytes[1] === ACK || bytes[1] === BINARY_ACK;
    return (isEvent || isAck) && this.onPacket(message, direction, isAck);
  }

  /** When the server last said something else than an error in this namespace; undefined: not all of it could be read. */
  served(name: string): Mark | null | undefined {
    const known = this.namespaces.get(name);
    const isWatched = name.length <= LONGEST_NAMESPACE && this.namespaces.size < limits.socketIoNamespaces;
    return this.isBlind || (known === undefined && !isWatched) ? undefined : (known?.served ?? null);
  }

  /** What asked for the acknowledgment that was looked at last. */
  answeredEvent(name: string): string {
    return this.namespaces.get(name)?.answeredEvent ?? "";
  }

  /** Of the namespaces in which an acknowledgment was asked for; none where not all that came could be read. */
  facts(): Map<string, AckFacts> {
    const facts = new Map<string, AckFacts>();
    if (this.isBlind) return facts;
    for (const [name, { asked, answered, slowestMs, serverSpoke, missing, elsewhere }] of this.namespaces)
      if (asked + elsewhere.length > 0)
        facts.set(name, {
          asked,
          answered,
          slowestMs,
          serverSpoke,
          missing: [...missing.values()],
          ...(elsewhere.length === 0 ? {} : { elsewhere: [...elsewhere] }),
        });
    return facts;
  }

  private onPacket(message: MessageView, direction: Direction, isAck: boolean): boolean {
    const length = Math.min(message.keptLength, HEAD_BYTES);
    const head = Buffer.from(message.bytes.subarray(2, length)).toString("utf8");
    const match = HEAD.exec(head);
    const [, name = "/", number, event = ""] = match ?? [];
    const waiting = match === null || name.length > LONGEST_NAMESPACE ? null : this.waiting(name);
    if (waiting === null) return false;
    const mayFail = direction === 1 && isAck && MAY_SAY_FAILURE.test(head.slice(match?.[0].length));
    if (direction === 1) {
      waiting.serverSpoke = true;
      if (!mayFail && (isAck || !saysError(event))) waiting.served = markOf(message);
    }
    if (number === undefined || isAck !== (direction === 1)) return false;
    if (isAck) {
      const asked = waiting.missing.get(Number(number));
      if (asked !== undefined)
        waiting.slowestMs = Math.max(waiting.slowestMs, (message.lastTimestampNs - asked.timestampNs) / 1e6);
      else if (waiting.elsewhere.length < limits.awaitedAcks)
        waiting.elsewhere.push({ id: Number(number), ...markOf(message) });
      waiting.answered += 1;
      waiting.answeredEvent = asked?.event ?? "";
      waiting.missing.delete(Number(number));
      return mayFail;
    }
    waiting.asked += 1;
    if (isReadLate(message, Number(number), waiting)) return false;
    if (waiting.missing.size < limits.awaitedAcks) waiting.missing.set(Number(number), { event, ...markOf(message) });
    return false;
  }

  private waiting(name: string): Waiting | null {
    const known = this.namespaces.get(name);
    if (known !== undefined) return known;
    if (this.namespaces.size >= limits.socketIoNamespaces) return null;
    const waiting: Waiting = {
      asked: 0,
      answered: 0,
      slowestMs: 0,
      serverSpoke: false,
      answeredEvent: "",
      served: null,
      missing: new Map(),
      elsewhere: [],
    };
    this.namespaces.set(name, waiting);
    return waiting;
  }
}

/** Behind a hole a side is read once more of it has come: the answer may have been looked at before what it answers. */
function isReadLate({ lastTimestampNs }: MessageView, id: number, waiting: Waiting): boolean {
  const at = waiting.elsewhere.findIndex((one) => one.id === id && one.timestampNs >= lastTimestampNs);
  const [answer] = at < 0 ? [] : waiting.elsewhere.splice(at, 1);
  if (answer !== undefined)
    waiting.slowestMs = Math.max(waiting.slowestMs, (answer.timestampNs - lastTimestampNs) / 1e6);
  return answer !== undefined;
}
