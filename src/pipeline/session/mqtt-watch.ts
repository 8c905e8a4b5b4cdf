import { CLIENT, type Direction, SERVER } from "../../base/brand.ts";
import type { Mark } from "../../base/packet-view.ts";
import { MqttPackets } from "../../payload/mqtt-packets.ts";
import { isConnectPacket, readMqttPacket } from "../../payload/readers/mqtt.ts";
import type { NamedReading } from "../../payload/types.ts";
import type { MqttFacts } from "../../store/session-types.ts";
import type { MessageView } from "../../websocket/types.ts";
import { mark } from "../marks.ts";

/** What was read of a packet, as a message of its own: the view is valid within the call. */
export type OnMqttReading = (reading: NamedReading, packet: MessageView) => void;

type Writable<T> = { -readonly [K in keyof T]: T[K] };

/** MQTT in a WebSocket: its packets, put together over messages, and what they say of its keep alive and of its end. */
export class MqttWatch {
  private readonly sides = [new MqttPackets(), new MqttPackets()] as const;
  /** By its subprotocol, or by a whole CONNECT. */
  private isKnown: boolean;
  private readonly onReading: OnMqttReading;
  private readonly found: Writable<Omit<MqttFacts, "isWhole">> = {
    keepAliveMs: null,
    lastPing: null,
    lastPong: null,
    heard: null,
    goodbye: null,
  };

  private serverEndedNs = Number.POSITIVE_INFINITY;

  constructor(isKnown: boolean, onReading: OnMqttReading) {
    this.isKnown = isKnown;
    this.onReading = onReading;
  }

  /** False: it is none of MQTT's, or behind a hole. */
  take(message: MessageView): boolean {
    const side = this.sides[message.direction];
    if (message.problem !== null && message.problem !== "limit") this.onHole(message.direction);
    if (side.isLost) return false;
    side.feed(message.bytes, message.keptLength, (head, lengthBytes) => this.onPacket(head, lengthBytes, message));
    side.skip(message.length - message.keptLength);
    if (this.isKnown || (message.direction === CLIENT && side.mayBeConnect)) return true;
    side.isLost = true;
    return false;
  }

  /** Bytes of this side are missing. */
  onHole(direction: Direction): void {
    this.sides[direction].isLost = true;
  }

  /** This side's stream has ended. */
  onEnd(direction: Direction, nowNs: number): void {
    if (direction === SERVER) this.serverEndedNs = Math.min(this.serverEndedNs, nowNs);
  }

  facts(): MqttFacts | null {
    const [client, server] = this.sides;
    return this.isKnown ? { ...this.found, isWhole: [!client.isLost, !server.isLost] } : null;
  }

  private onPacket(head: Uint8Array, lengthBytes: number, message: MessageView): void {
    if (!this.isKnown && !isConnectPacket(head)) {
      this.onHole(message.direction);
      return;
    }
    this.isKnown = true;
    const reading = readMqttPacket(head);
    if (reading === null) return;
    const { direction, lastPacketNumber: packetNumber, lastTimestampNs: timestampNs } = message;
    this.note(reading, direction, mark({ packetNumber, timestampNs }));
    this.onReading(reading, { ...message, bytes: head, keptLength: head.length, length: lengthBytes });
  }

  private note({ messageType, keepAliveMs, code }: NamedReading, direction: Direction, at: Mark): void {
    const isClient = direction === CLIENT;
    if (isClient && at.timestampNs <= this.serverEndedNs) this.found.heard = at;
    if (messageType === (isClient ? "CONNECT" : "CONNACK"))
      this.found.keepAliveMs = keepAliveMs ?? this.found.keepAliveMs;
    else if (messageType === "PINGREQ" && isClient) this.found.lastPing = at;
    else if (messageType === "PINGRESP" && !isClient) this.found.lastPong = at;
    else if (messageType === "DISCONNECT" && isClient && code === null) this.found.goodbye ??= at;
  }
}

/** The type of a CONNECT, with flags that are 0 (§3.1.1). */
export const mayBeginMqtt = ({ bytes, keptLength }: MessageView): boolean => keptLength > 0 && bytes[0] === 0x10;
