import { CLIENT, type Direction, sideOf } from "../../base/brand.ts";
import * as limits from "../../base/limits.ts";
import type { Mark } from "../../base/packet-view.ts";
import { sidIn } from "../../base/session-id.ts";
import { payloadOf } from "../../payload/payload.ts";
import { hintsOf, readPayload } from "../../payload/read-payload.ts";
import { readPacket } from "../../payload/readers/engine-io.ts";
import type { EngineIoReading, PayloadHints, Reading, SocketIoReading } from "../../payload/types.ts";
import type {
  EngineIoFacts,
  LastText,
  ProtocolNotice,
  SessionFacts,
  SocketIoNamespaceFacts,
  TokenFacts,
} from "../../store/session-types.ts";
import { Heartbeat } from "../../websocket/heartbeat.ts";
import { type FrameView, type MessageView, PING, PONG, TEXT } from "../../websocket/types.ts";
import { mark } from "../marks.ts";
import { AckWatch } from "./ack-watch.ts";
import { ApplicationBeat, SAMPLE_CHARACTERS } from "./application-beat.ts";
import { MqttWatch, mayBeginMqtt } from "./mqtt-watch.ts";
import { timersIn } from "./session-timers.ts";
import { TellingTexts } from "./telling-texts.ts";
import { tokensIn } from "./token-facts.ts";

const NO_BYTES = new Uint8Array(0);

type Writable<T> = { -readonly [K in keyof T]: T[K] };

const markOf = (message: MessageView): Mark =>
  mark({ packetNumber: message.lastPacketNumber, timestampNs: message.lastTimestampNs });

/** An Engine.IO ping or pong in the shape that the pairing of WebSocket pings takes. */
const beatFrame = (direction: Direction, opcode: number, at: Mark, streamOffset: number): FrameView => ({
  direction,
  opcode,
  fin: true,
  rsv: 0,
  masked: false,
  maskingKey: 0,
  length: 0,
  compressed: false,
  firstPacketNumber: at.packet,
  firstTimestampNs: at.timestampNs,
  lastPacketNumber: at.packet,
  lastTimestampNs: at.timestampNs,
  streamOffset,
  missingBytes: 0,
  resynchronised: false,
  payload: NO_BYTES,
  payloadLength: 0,
  closeCode: null,
  closeReason: null,
});

/** Heartbeats are small; in binary protocols (MQTT's PINGREQ) a few bytes. */
const mayBeBeat = (isText: boolean, length: number): boolean =>
  length <= (isText ? limits.beatMessageBytes : limits.beatBinaryBytes);

/** What the application protocol inside a WebSocket says about itself: openings, heartbeats, refusals, endings. */
export class SessionWatch {
  readonly tokens: TokenFacts[] = [];
  private hints: PayloadHints;
  private protocol: string | null = null;
  private readonly engineIo: Writable<Omit<EngineIoFacts, "heartbeat" | "timers">>;
  private engineIoSeen = false;
  /** Engine.IO pings and pongs are paired as WebSocket's are. */
  private readonly beats = new Heartbeat();
  private namespaces: Map<string, SocketIoNamespaceFacts> | null = null;
  /** Whose packets are read now: polls of several sessions share a connection. */
  private sid: string | null;
  private readonly notices: ProtocolNotice[] = [];
  private readonly applicationBeat = new ApplicationBeat();
  private readonly telling = new TellingTexts();
  private acks: AckWatch | null = null;
  private mqtt: MqttWatch | null = null;
  private readonly fedBytes: (direction: Direction) => number;

  constructor(
    transport: EngineIoFacts["transport"],
    target: string | null,
    subprotocol: string | null,
    fedBytes: (direction: Direction) => number,
  ) {
    this.hints = hintsOf(target, subprotocol);
    this.fedBytes = fedBytes;
    const version = /[?&]EIO=(\d)/.exec(target ?? "")?.[1];
    this.sid = sidIn(target);
    this.engineIo = {
      version: version === undefined ? null : Number(version),
      transport,
      sid: this.sid,
      open: null,
      probeSent: null,
      probeAnswered: null,
      upgraded: null,
      closed: null,
    };
    if (subprotocol?.startsWith("vite-") === true) this.protocol = subprotocol;
    if (subprotocol?.startsWith("mqtt") === true) this.watchMqtt(true);
  }

  /** What comes next belongs to the session that this target names; to a new one, where it names none. */
  enter(target: string): void {
    this.sid = sidIn(target);
  }

  /** The WebSocket's Close of a side. */
  onClose(direction: Direction, nowNs: number): void {
    this.beats.onClose(direction, nowNs);
    this.onEnd(direction, nowNs);
  }

  /** This side's stream has ended. */
  onEnd(direction: Direction, nowNs: number): void {
    this.applicationBeat.onClose(direction, nowNs);
    this.mqtt?.onEnd(direction, nowNs);
  }

  /** `concerns`: what `MessageSieve` says of the message; `isEarly`: one of the first texts of its side. */
  onMessage(message: MessageView, concerns: boolean, isEarly = false): void {
    const { bytes, keptLength, length } = message;
    const isText = message.opcode === TEXT;
    const mayFail = isText && this.acks?.look(message) === true;
    if (!isText && this.takesMqtt(message)) return;
    if (message.problem !== null && keptLength < length) return;
    if (isEarly) this.telling.lookAt(message);
    // The first message of a connection names the protocol.
    if (!concerns && !mayFail && this.protocol !== null) {
      if (mayBeBeat(isText, length)) this.applicationBeat.onMessage(message, null);
      return;
    }
    const payload = payloadOf(bytes, 0, keptLength, isText, length);
    const reading = readPayload(payload, this.hints);
    if (!isEarly && payload.text !== null) this.telling.look(payload.text);
    this.onReading(reading, message.direction, markOf(message), payload.text ?? "");
    const isOther = reading.kind !== "engine.io" && reading.kind !== "socket.io";
    if (isOther && mayBeBeat(isText, length)) {
      this.applicationBeat.onMessage(message, reading.heartbeat);
    }
  }

  /** Bytes of this side are missing, or what it says cannot be read any more. */
  onHole(direction: Direction): void {
    this.mqtt?.onHole(direction);
  }

  /** A reading from anywhere: a message, or a packet in the body of a poll. `text` is what it was read from. */
  onReading(reading: Reading, direction: Direction, at: Mark, text: string): void {
    this.protocol ??= reading.kind;
    if (reading.kind === "engine.io") this.onEngineIo(reading, direction, at);
    else if (reading.kind === "socket.io") this.onSocketIo(reading, direction, at, text);
    else this.onOther(reading, direction, at);
  }

  /** `beat` reads the pings of one direction as facts. */
  facts(beat: (heartbeat: Heartbeat, direction: Direction) => EngineIoFacts["heartbeat"][0]): SessionFacts {
    const heartbeat = this.applicationBeat.facts();
    const mqtt = this.mqtt?.facts() ?? null;
    const askedInVain = heartbeat === null ? this.applicationBeat.inVain() : null;
    return {
      protocol: this.protocol,
      engineIo: this.engineIoSeen
        ? {
            ...this.engineIo,
            timers: timersIn(this.engineIo.open),
            heartbeat: [beat(this.beats, 0), beat(this.beats, 1)],
          }
        : null,
      socketIo: this.namespaceFacts(),
      notices: [...this.notices],
      ...(mqtt === null ? {} : { mqtt }),
      lastTexts: [this.lastText(0), this.lastText(1)],
      heartbeat,
      ...(askedInVain === null ? {} : { askedInVain }),
      notAPacket: this.notAPacket(),
      tellingTexts: this.telling.texts,
    };
  }

  private watchMqtt(isKnown: boolean): void {
    this.mqtt = new MqttWatch(isKnown, (reading, packet) => {
      this.onReading(reading, packet.direction, markOf(packet), "");
      if (reading.heartbeat !== null) this.applicationBeat.onMessage(packet, reading.heartbeat);
    });
  }

  private takesMqtt(message: MessageView): boolean {
    if (this.mqtt === null && this.protocol === null && message.direction === CLIENT && mayBeginMqtt(message))
      this.watchMqtt(false);
    return this.mqtt?.take(message) === true;
  }

  private namespaceFacts(): SocketIoNamespaceFacts[] {
    const acks = this.acks?.facts() ?? null;
    // A session that began with polls asked to be let in there.
    for (const name of acks?.keys() ?? []) this.namespace(name);
    return Array.from(this.namespaces?.values() ?? [], (namespace) => {
      const { name, firstErrors, failedAcks, served, ...rest } = namespace;
      const own = namespace.sid === this.sid ? acks?.get(name) : undefined;
      const last = this.servedIn(name, served ?? null);
      return {
        ...rest,
        name,
        firstErrors: [...firstErrors],
        ...(failedAcks === undefined ? {} : { failedAcks: { ...failedAcks, first: [...failedAcks.first] } }),
        ...(last === undefined ? {} : { served: last }),
        ...(own === undefined ? {} : { acks: own }),
      };
    });
  }

  /** Of a WebSocket every packet was looked at, of polls each was read. */
  private servedIn(name: string, read: Mark | null): Mark | null | undefined {
    const seen = this.acks === null ? null : this.acks.served(name);
    if (seen === undefined || read === null) return seen;
    return seen === null || seen.timestampNs < read.timestampNs ? read : seen;
  }

  /** Of a text that was cut short nobody can say. */
  private notAPacket(): LastText | null {
    const said = this.engineIoSeen ? this.applicationBeat.lastText(0) : null;
    if (said === null || said.text.length >= SAMPLE_CHARACTERS) return null;
    const reading = readPacket(said.text, true);
    const isSpoken = reading?.kind === "socket.io" || (reading?.kind === "engine.io" && reading.packet !== "message");
    return isSpoken || (reading !== null && this.protocol !== "socket.io") ? null : said;
  }

  /** A longer text that reports an error was read as a notice. */
  private lastText(direction: Direction): LastText | null {
    const small = this.applicationBeat.lastText(direction);
    const notice = this.notices.findLast(({ from }) => from === sideOf(direction)) ?? null;
    if (notice === null || (small !== null && small.timestampNs >= notice.timestampNs)) return small;
    const { packet, timestampNs, errorMessage } = notice;
    return { packet, timestampNs, text: errorMessage ?? "" };
  }

  private onEngineIo(reading: EngineIoReading, direction: Direction, at: Mark): void {
    this.seeEngineIo();
    if (reading.open !== null) this.begin(reading.open.sid);
    if (reading.open !== null && this.engineIo.open === null) {
      const { sid, pingIntervalMs, pingTimeoutMs, upgrades, maxPayloadBytes } = reading.open;
      this.engineIo.open = { ...at, pingIntervalMs, pingTimeoutMs, upgrades, maxPayloadBytes };
      this.engineIo.sid = sid;
      if (pingTimeoutMs !== null) this.beats.onPatience(pingTimeoutMs * 1e6);
    } else if (reading.packet === "ping" || reading.packet === "pong") this.onBeat(reading, direction, at);
    else if (reading.packet === "upgrade") this.engineIo.upgraded ??= at;
    else if (reading.packet === "close") this.engineIo.closed ??= { ...at, from: sideOf(direction) };
  }

  /** A client that did not wait for the greeting asked in this session. */
  private begin(sid: string | null): void {
    const early = this.sid === null && this.engineIo.open === null ? [...(this.namespaces?.values() ?? [])] : [];
    this.sid = sid;
    for (const namespace of early) {
      this.namespaces?.delete(`null ${namespace.name}`);
      this.namespaces?.set(`${sid} ${namespace.name}`, { ...namespace, sid });
    }
  }

  private onBeat(reading: EngineIoReading, direction: Direction, at: Mark): void {
    if (reading.probe) {
      if (reading.packet === "ping") this.engineIo.probeSent ??= at;
      else this.engineIo.probeAnswered ??= at;
      return;
    }
    const opcode = reading.packet === "ping" ? PING : PONG;
    this.beats.onFrame(beatFrame(direction, opcode, at, this.fedBytes(direction)));
  }

  private onSocketIo(reading: SocketIoReading, direction: Direction, at: Mark, text: string): void {
    this.seeEngineIo();
    this.protocol = "socket.io";
    const namespace = this.namespace(reading.namespace);
    if (namespace === null) return;
    switch (reading.packet) {
      case "CONNECT":
        if (direction === 1) namespace.connected ??= at;
        else {
          namespace.connectRequested ??= at;
          namespace.hasAuth ||= reading.hasAuth;
          if (reading.authSlip !== null) namespace.authSlip ??= reading.authSlip;
          this.noteTokens(tokensIn(text, "socket.io-auth", "client", at, { sid: this.sid, namespace: namespace.name }));
        }
        break;
      case "CONNECT_ERROR":
        namespace.refused ??= {
          ...at,
          message: reading.errorMessage ?? "",
          ...(reading.errorDetails === null ? {} : { details: reading.errorDetails }),
        };
        break;
      case "ACK":
      case "BINARY_ACK":
      case "BINARY_EVENT":
        if (direction === 1) this.onServed(namespace, reading, at);
        break;
      case "EVENT":
        if (direction === 1 && reading.errorMessage === null) namespace.served = at;
        if (direction === 1 && reading.errorMessage !== null && namespace.disconnected === null) {
          namespace.told = { ...at, event: reading.eventName ?? "", message: reading.errorMessage };
          namespace.errors += 1;
          if (namespace.firstErrors.length < limits.errorEvents) namespace.firstErrors.push(namespace.told);
        }
        break;
      case "DISCONNECT":
        namespace.disconnected ??= { ...at, from: sideOf(direction) };
        break;
      default:
    }
  }

  private onServed(
    namespace: SocketIoNamespaceFacts,
    { packet, errorMessage: message }: SocketIoReading,
    at: Mark,
  ): void {
    if (packet !== "ACK" || message === null) {
      namespace.served = at;
      return;
    }
    namespace.failedAcks ??= { count: 0, first: [] };
    namespace.failedAcks.count += 1;
    const { first } = namespace.failedAcks;
    const event = this.acks?.answeredEvent(namespace.name) ?? "";
    if (first.length < limits.errorEvents) first.push({ ...at, event, message });
  }

  private onOther(reading: Reading, direction: Direction, at: Mark): void {
    if (!("errorMessage" in reading) || reading.errorMessage === null) return;
    if (this.notices.length >= limits.protocolNotices || !("messageType" in reading)) return;
    const { kind: protocol, messageType, errorMessage } = reading;
    const code = "code" in reading ? reading.code : null;
    this.notices.push({
      ...at,
      from: sideOf(direction),
      protocol,
      messageType: messageType ?? "",
      errorMessage,
      ...(code === null ? {} : { code }),
    });
  }

  private seeEngineIo(): void {
    this.engineIoSeen = true;
    this.acks ??= new AckWatch();
    this.protocol ??= "engine.io";
    if (!this.hints.engineIo) this.hints = { ...this.hints, engineIo: true };
  }

  private namespace(name: string): SocketIoNamespaceFacts | null {
    const key = `${this.sid} ${name}`;
    this.namespaces ??= new Map();
    const known = this.namespaces.get(key);
    if (known !== undefined) return known;
    if (this.namespaces.size >= limits.socketIoNamespaces) return null;
    const namespace: SocketIoNamespaceFacts = {
      name,
      sid: this.sid,
      connectRequested: null,
      hasAuth: false,
      connected: null,
      refused: null,
      told: null,
      disconnected: null,
      errors: 0,
      firstErrors: [],
    };
    this.namespaces.set(key, namespace);
    return namespace;
  }

  private noteTokens(tokens: readonly TokenFacts[]): void {
    for (const token of tokens) if (this.tokens.length < limits.tokensPerConnection) this.tokens.push(token);
  }
}
