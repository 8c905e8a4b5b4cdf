import type { PerDirection, Side } from "../base/brand.ts";
import type { Mark } from "../base/packet-view.ts";
import type { ServerCertificate } from "../base/server-certificate.ts";

// What TLS shows of one connection, with keys or without.

/** TLS records seen at the start of a direction (RFC 8446 §5.1). */
export interface TlsFacts {
  serverName: string | null;
  applicationProtocols: readonly string[];
  /** The ClientHello is a browser's: it holds values that mean nothing (RFC 8701). */
  byBrowser: boolean;
  clientVersion: string | null;
  negotiatedVersion: string | null;
  clientHello: Mark | null;
  serverHello: Mark | null;
  handshakeComplete: boolean;
  /** The server answered the client's Finished by a record of an alert's size and by nothing else. */
  refusal: Mark | null;
  /** The server sent an encrypted record behind the client's Finished. */
  answered: boolean;
  clientCertificate: ClientCertificate | null;
  /** Of a connection on which the client asked for nothing; null: it did, or the certificate cannot be read. */
  serverCertificate: ServedCertificate | null;
  alerts: readonly (Mark & {
    readonly from: Side;
    readonly level: number;
    readonly description: number;
    readonly encrypted: boolean;
  })[];
  applicationDataBytes: PerDirection<number>;
  cipherSuite: string | null;
  /** RFC 7301: the one chosen, as far as it can be read. */
  applicationProtocol: string | null;
  decrypted: boolean;
  /** null: it was, or its secrets are still waited for. Stable words: see `NotDecrypted`. */
  whyNot: TlsSecrecy | null;
  /** Lines of the key log without which a direction stayed closed, when the log has other lines of this connection. */
  closedBy: readonly string[];
  /** What the keys opened of a connection of which one direction stayed closed; null: it was not so. */
  halfRead: HalfReading | null;
  /**
   * The alert with which each side said that it sends no more (RFC 8446 §6.1). Not decrypted: a last record that is an
   * alert, or in TLS 1.3 has the size of one and stands where one would.
   */
  closings: PerDirection<Mark | null>;
  /** Not decrypted: how the records came, from the client's first request on; null: none did. */
  rhythm: TlsRhythm | null;
}

/** What one direction said, where the other could not be read. Nothing follows from what is not here. */
export interface HalfReading {
  readonly request: (Mark & { readonly method: string; readonly target: string }) | null;
  readonly response: (Mark & { readonly status: number; readonly reason: string }) | null;
  readonly closeFrames: readonly (Mark & {
    readonly from: Side;
    readonly code: number | null;
    readonly reason: string;
  })[];
}

/**
 * Mutual TLS, as far as it shows: the server asked for a certificate, and what the client gave. Of TLS 1.3 without keys
 * the size of the client's first encrypted record tells: its Finished, or a list of certificates. null: nothing tells.
 */
export interface ClientCertificate {
  readonly answer: "not-asked" | "none" | "given";
  readonly asked: Mark | null;
  readonly answered: Mark | null;
}

/** Where the server's certificate came, and what it says. */
export interface ServedCertificate extends ServerCertificate {
  readonly at: Mark;
}

/** Records that come again and again, all of one small size: a heartbeat, seen from outside. */
export interface RhythmBeat {
  readonly intervalMs: number;
  readonly count: number;
  /** So many were followed at once by a small record of the other side. */
  readonly answered: number;
  readonly last: Mark;
  readonly lastAnswer: Mark | null;
  /** At the end, in a row. */
  readonly unanswered: number;
  readonly firstUnanswered: Mark | null;
}

/** What encrypted records show from outside. Alerts at the end do not count. */
export interface TlsRhythm {
  readonly since: Mark;
  readonly records: PerDirection<number>;
  readonly last: PerDirection<Mark | null>;
  /** Small records with which the client began to speak; requests are larger. */
  readonly smallTurns: number;
  /** Records that came after a pause although the other side had said nothing. */
  readonly unasked: PerDirection<number>;
  /** How much the server answered to the first request; null: nothing. */
  readonly answerBytes: number | null;
  readonly beats: PerDirection<RhythmBeat | null>;
  /** Before the end came what looks like a Close frame and its answer (RFC 6455 §7.1.2). */
  readonly farewell: boolean;
  /** The capture does not hold all of it. */
  readonly holes: boolean;
}

/** Why a connection stayed encrypted: nobody gave keys, or the given ones do not fit, or something else stands against it. */
export type TlsSecrecy = "no-keys" | "no-secret" | "not-captured" | "version" | "cipher-suite" | "secret-does-not-fit";
