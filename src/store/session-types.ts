import type { PerDirection, Side } from "../base/brand.ts";
import type { Mark } from "../base/packet-view.ts";
import type { BeatFacts } from "./websocket-types.ts";

// What is said in messages, or in polls: Engine.IO, Socket.IO, heartbeats of applications, tokens.

/** How often the pinger of an Engine.IO session pings, and how long beyond that its peer waits. */
export interface EngineIoTimers {
  readonly pingIntervalMs: number;
  readonly pingTimeoutMs: number;
}

/** An Engine.IO session on one connection: over WebSocket frames, or the polls of it that this connection carried. */
export interface EngineIoFacts {
  /** EIO of the query: 3 or 4; null: not seen. */
  readonly version: number | null;
  readonly transport: "websocket" | "polling";
  /** An identifier, to join connections; a credential in effect, so never printed. */
  readonly sid: string | null;
  readonly open:
    | null
    | (Mark & {
        readonly pingIntervalMs: number | null;
        readonly pingTimeoutMs: number | null;
        readonly upgrades: readonly string[];
        /** The largest message that the server takes; null: it does not say (before version 4 of the protocol). */
        readonly maxPayloadBytes: number | null;
      });
  /** Of the session, on whichever connection its open packet came; null: that was not seen. */
  readonly timers: EngineIoTimers | null;
  /** Engine.IO pings by who SENT them (version 4: the server, version 3: the client). */
  readonly heartbeat: PerDirection<BeatFacts>;
  readonly probeSent: Mark | null;
  readonly probeAnswered: Mark | null;
  /** "5": the session has moved to this WebSocket. */
  readonly upgraded: Mark | null;
  readonly closed: null | (Mark & { readonly from: Side });
}

/** An event that asks for an acknowledgment which has not come. Untrusted text. */
export interface AwaitedAck extends Mark {
  readonly event: string;
}

/** What became of the acknowledgments that the client asked for over this WebSocket, in one namespace. */
export interface AckFacts {
  readonly asked: number;
  readonly answered: number;
  /** The longest wait for one that came; 0: none came. */
  readonly slowestMs: number;
  /** The server sent an event or an acknowledgment in this namespace. */
  readonly serverSpoke: boolean;
  /** Those that did not come, the first `limits.awaitedAcks` of them. */
  readonly missing: readonly AwaitedAck[];
  /** Numbers of those that came without having been asked for here, the first of them: a poll of the session had asked. */
  readonly elsewhere?: readonly NumberedAck[];
}

/** An acknowledgment by its number, which is the client's for all of a session in one namespace. */
export interface NumberedAck extends Mark {
  readonly id: number;
}

/** The acknowledgments that polls on one connection asked for and brought, of one session. */
export interface PolledAckFacts {
  /** Never printed. */
  readonly sid: string;
  /** The newest answer of which not all could be read: acknowledgments may have been in it. */
  readonly unread: Mark | null;
  /** Not all could be kept. */
  readonly isFull: boolean;
  readonly namespaces: readonly {
    readonly name: string;
    /** The server sent an event or an acknowledgment here. */
    readonly serverSpoke: boolean;
    readonly asked: readonly (AwaitedAck & NumberedAck)[];
    readonly answered: readonly NumberedAck[];
  }[];
}

export interface SocketIoNamespaceFacts {
  readonly name: string;
  /** The Engine.IO session, to join the connections that carried it; never printed. null: its beginning was not seen. */
  readonly sid: string | null;
  connectRequested: Mark | null;
  /** The CONNECT carried a payload; what it held is not kept. */
  hasAuth: boolean;
  /** A value in it is no token: the word for an unset variable, or one with the scheme of an Authorization field. */
  authSlip?: "unset" | "bearer";
  connected: Mark | null;
  refused: null | (Mark & { readonly message: string /** `data` beside it. */; readonly details?: string });
  /** The last event of the server that reads like an error, before its DISCONNECT. Untrusted text. */
  told: null | (Mark & { readonly event: string; readonly message: string });
  disconnected: null | (Mark & { readonly from: Side });
  /** How many such events there were, and the first of them. Untrusted text. */
  errors: number;
  readonly firstErrors: (Mark & { readonly event: string; readonly message: string })[];
  /** Acknowledgments that say of a request that it failed: how many, and the first of them. Absent: none. Untrusted text. */
  failedAcks?: { count: number; readonly first: (Mark & { readonly event: string; readonly message: string })[] };
  /** The last event or acknowledgment of the server that says no error; null: none. Absent: not all could be read. */
  served?: Mark | null;
  /** Absent: the client asked for none, or not all of what the server sent could be read. */
  readonly acks?: AckFacts;
}

/** What a known application protocol said that matters: errors, closings. Untrusted text. */
export interface ProtocolNotice extends Mark {
  readonly from: Side;
  readonly protocol: string;
  readonly messageType: string;
  readonly errorMessage: string | null;
  /** The number by which the protocol names it. Absent: it has none. */
  readonly code?: number;
}

/** What MQTT says of how it is kept alive, and of its end (MQTT 3.1.1 §3.1.2.10, §3.14). */
export interface MqttFacts {
  /** The client may be silent for so long; 0: for ever. null: no CONNECT was read. */
  readonly keepAliveMs: number | null;
  /** The client's PINGREQ and the server's PINGRESP, the newest of each. */
  readonly lastPing: Mark | null;
  readonly lastPong: Mark | null;
  /** The client's newest packet, of those that it sent before the server had ended. */
  readonly heard: Mark | null;
  /** The client's DISCONNECT, with which it takes leave. */
  readonly goodbye: Mark | null;
  /** All that the side sent could be read, up to its last message. */
  readonly isWhole: PerDirection<boolean>;
}

/** A regular application message and, where there is one, its answer: found by name or by regularity. */
export interface ApplicationBeatFacts {
  /** Who sends the regular message. */
  readonly from: Side;
  readonly by: "name" | "regularity";
  /** A sample of each, cut short. Untrusted text. */
  readonly sample: string;
  readonly answerSample: string | null;
  readonly intervalMs: number;
  readonly sent: number;
  readonly answered: number;
  /** At the end, in a row, after it had been answered before. */
  readonly unansweredAtEnd: readonly Mark[];
  readonly lastAnswer: Mark | null;
  readonly lastAsked: Mark | null;
  /** The longest time that a question of several waited for the next answer, after there had been answers; null: none did. */
  readonly longestWait: BeatWait | null;
}

export interface BeatWait {
  readonly asked: Mark;
  readonly answered: Mark;
  /** Questions that had been sent by then. */
  readonly waiting: number;
  /** Answers that came before the next question: as many as waited, and all were made up for. */
  readonly madeUp: number;
}

export interface LastText extends Mark {
  readonly text: string;
}

export interface SessionFacts {
  /** The protocol inside the WebSocket, as far as it shows. */
  readonly protocol: string | null;
  readonly engineIo: EngineIoFacts | null;
  readonly socketIo: readonly SocketIoNamespaceFacts[];
  readonly notices: readonly ProtocolNotice[];
  /** Absent: it is not MQTT, or nothing of it could be read. */
  readonly mqtt?: MqttFacts;
  /** The newest short text of each side, where it is unlike all before. Untrusted text. */
  readonly lastTexts: PerDirection<LastText | null>;
  readonly heartbeat: ApplicationBeatFacts | null;
  /** Pings by name of the application that nothing answers, where there is no such heartbeat. Absent: there are none. */
  readonly askedInVain?: ApplicationBeatFacts;
  /** The client's newest short text, where it is no packet of the Engine.IO or Socket.IO that is spoken here. Untrusted. */
  readonly notAPacket: LastText | null;
  /** Texts in which a secret may be named: never printed, but what is secret in them is hidden elsewhere. Untrusted. */
  readonly tellingTexts: readonly string[];
  /** Of the polls that the connection carried. Absent: none asked for any, or brought one. */
  readonly polledAcks?: readonly PolledAckFacts[];
}

/** A JSON Web Token seen on the wire: its times only, never the token (RFC 7519 §4.1). Seconds since 1970. */
export interface TokenFacts extends Mark {
  readonly where: "authorization" | "query" | "cookie" | "subprotocol" | "socket.io-auth";
  /** Of the Engine.IO session whose CONNECT carried it. */
  readonly sid: string | null;
  /** Into which that CONNECT asks to be let. Absent: it was in none. */
  readonly namespace?: string;
  readonly from: Side;
  readonly expiresAtSeconds: number | null;
  readonly notBeforeSeconds: number | null;
  readonly issuedAtSeconds: number | null;
}
