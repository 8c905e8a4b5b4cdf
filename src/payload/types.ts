/** What a payload is, for people (`label`, `summary`) and for rules (the rest). Text comes from the network: escape it. */
interface ReadingBase {
  /** A few words: "Socket.IO EVENT", "JSON ping". */
  readonly label: string;
  /** One line of at most limits.payloadSummaryCharacters, not escaped. Never holds what a known login packet carries. */
  readonly summary: string;
  /** Part of an application heartbeat: asks for an answer, is the answer, or wants none. */
  readonly heartbeat: "ping" | "pong" | "beat" | null;
}

export interface EngineIoOpen {
  readonly sid: string;
  readonly upgrades: readonly string[];
  /** null where the packet has none. */
  readonly pingIntervalMs: number | null;
  readonly pingTimeoutMs: number | null;
  readonly maxPayloadBytes: number | null;
}

export type EngineIoPacket = "open" | "close" | "ping" | "pong" | "message" | "upgrade" | "noop";

/** Engine.IO packets other than those that carry Socket.IO. */
export interface EngineIoReading extends ReadingBase {
  readonly kind: "engine.io";
  readonly packet: EngineIoPacket;
  /** "2probe" and "3probe", which test a transport before it is upgraded to. */
  readonly probe: boolean;
  readonly open: EngineIoOpen | null;
}

export type SocketIoPacket =
  | "CONNECT"
  | "DISCONNECT"
  | "EVENT"
  | "ACK"
  | "CONNECT_ERROR"
  | "BINARY_EVENT"
  | "BINARY_ACK";

export interface SocketIoReading extends ReadingBase {
  readonly kind: "socket.io";
  readonly packet: SocketIoPacket;
  readonly namespace: string;
  readonly eventName: string | null;
  readonly ackId: number | null;
  /** Binary messages that follow and belong to this packet. */
  readonly attachments: number;
  /** Why: of a CONNECT_ERROR, of an event whose name says that something failed, and of an acknowledgment that says so. */
  readonly errorMessage: string | null;
  /** CONNECT only: it carries a payload (from the client: `auth`) or a query. Its content is nowhere in the reading. */
  readonly hasAuth: boolean;
  /** CONNECT only: a value in `auth` that is a program's slip and no token. */
  readonly authSlip: AuthSlip | null;
  /** What a CONNECT_ERROR says besides its message (`data`). */
  readonly errorDetails: string | null;
}

/** The word for an unset variable; or the scheme of an Authorization field before the token. */
export type AuthSlip = "unset" | "bearer";

export interface JsonReading extends ReadingBase {
  readonly kind: "json";
  /** The value that names the message ("type", "event", "op" …), and its key. */
  readonly messageType: string | null;
  readonly typeKey: string | null;
  /** Small messages only: keys with the kinds of their values; equal for messages that differ in numbers and ids. */
  readonly shape: string | null;
}

export type GraphQlProtocol = "graphql-transport-ws" | "subscriptions-transport-ws";

/** Protocols whose messages have a type by name: the type, and what an error or closing message says. */
export interface NamedReading extends ReadingBase {
  readonly kind: "signalr" | GraphQlProtocol | "stomp" | "mqtt" | "wamp" | "ocpp" | "sockjs" | "vite-hmr";
  readonly messageType: string;
  readonly errorMessage: string | null;
  /** The number by which the protocol names what went wrong: MQTT's reason code, SockJS' close code. */
  readonly code: number | null;
  /** Promised by this message: STOMP heart-beat (what the sender can do), MQTT keep alive (a CONNACK's stands above a CONNECT's). */
  readonly keepAliveMs: number | null;
}

export interface PlainReading extends ReadingBase {
  readonly kind: "text" | "binary";
}

export type Reading = EngineIoReading | SocketIoReading | JsonReading | NamedReading | PlainReading;

/** What a connection's handshake says about its payloads. All null when it was not captured. */
export interface PayloadHints {
  /** Sec-WebSocket-Protocol of the 101. */
  readonly subprotocol: string | null;
  /** Request target. */
  readonly target: string | null;
  /** Set it once a reading of a connection was Engine.IO or Socket.IO: bare pings are recognised only then. */
  readonly engineIo: boolean;
}

/** One message. Made by `payloadOf`; read within the call that made it. */
export interface Payload {
  /** null for a binary message. Invalid UTF-8 reads as U+FFFD. */
  readonly text: string | null;
  readonly bytes: Uint8Array;
  /** False: only the beginning is here. */
  readonly complete: boolean;
  /** `lengthBytes` of the whole message. */
  readonly lengthBytes: number;
  /** Parsed at most once, see `jsonOf`. */
  json: unknown;
  jsonTried: boolean;
}

/** null: not mine. Total: hostile input yields null or a reading, never an exception. */
export type PayloadReader = (payload: Payload, hints: PayloadHints) => Reading | null;
