import { u8 } from "../base/bytes.ts";
import * as limits from "../base/limits.ts";

/** What a key log may tell of one connection, by the label of its line. */
export type SecretLabel =
  | "CLIENT_RANDOM"
  | "CLIENT_EARLY_TRAFFIC_SECRET"
  | "CLIENT_HANDSHAKE_TRAFFIC_SECRET"
  | "SERVER_HANDSHAKE_TRAFFIC_SECRET"
  | "CLIENT_TRAFFIC_SECRET_0"
  | "SERVER_TRAFFIC_SECRET_0";

export type Secrets = Partial<Readonly<Record<SecretLabel, Uint8Array>>>;

/** RFC 9850 §2: label, client random, secret. Other labels (exporters, ECH) open no records. */
const LINE =
  /^(CLIENT_RANDOM|(?:CLIENT_EARLY|(?:CLIENT|SERVER)_HANDSHAKE)_TRAFFIC_SECRET|(?:CLIENT|SERVER)_TRAFFIC_SECRET_0) ([\da-f]{64}) ((?:[\da-f]{2}){32,48})$/i;

const NEWLINE = 10;
const LAST_OF_ASCII = 127;

/**
 * The secrets of key logs and Decryption Secrets Blocks, by client random. Bounded: beyond limits.tlsSecrets the oldest
 * ones go. Nothing of it is ever printed.
 */
export class KeyLog {
  /** Grows with each secret: whoever waits for one looks again. */
  revision = 0;
  /** Somebody means to give keys: connections without any wait for theirs a while. */
  expected = false;
  /** Bytes that connections hold while they wait for their secrets. */
  heldBytes = 0;
  private readonly byRandom = new Map<string, Partial<Record<SecretLabel, Uint8Array>>>();
  private count = 0;

  get(clientRandom: string): Secrets | null {
    return this.byRandom.get(clientRandom) ?? null;
  }

  add(label: SecretLabel, clientRandom: string, secret: Uint8Array): void {
    let secrets = this.byRandom.get(clientRandom);
    if (secrets === undefined) {
      secrets = {};
      this.byRandom.set(clientRandom, secrets);
    }
    if (secrets[label] === undefined) this.count++;
    secrets[label] = secret;
    this.revision++;
    this.expected = true;
    if (this.count > limits.tlsSecrets) this.forgetOldest();
  }

  /** A key log as a whole. */
  addAll(bytes: Uint8Array): void {
    const reader = new KeyLogReader(this);
    reader.push(bytes);
    reader.end();
  }

  private forgetOldest(): void {
    for (const [random, secrets] of this.byRandom) {
      this.byRandom.delete(random);
      this.count -= Object.keys(secrets).length;
      return;
    }
  }
}

/** The text of one key log, piece by piece: a line may still be in the writing. Never throws. */
export class KeyLogReader {
  /** Lines that held a secret. */
  secrets = 0;
  private readonly log: KeyLog;
  private readonly line = new Uint8Array(limits.tlsKeyLogLineBytes);
  private length = 0;

  constructor(log: KeyLog) {
    this.log = log;
  }

  push(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; at++) {
      const byte = u8(bytes, at);
      // Windows' PowerShell writes UTF-16 by default: of ASCII that is the same with a zero beside each byte.
      if (byte === 0 || byte > LAST_OF_ASCII) continue;
      if (byte === NEWLINE) this.end();
      // A line that is too long is no secret; it is counted on so that its end is not taken for one.
      else if (this.length++ < this.line.length) this.line[this.length - 1] = byte;
    }
  }

  /** No more of it: the last line needs no line break. */
  end(): void {
    const { length } = this;
    this.length = 0;
    if (length < 100 || length > this.line.length) return;
    const text = Buffer.from(this.line.buffer, 0, length).toString("latin1").trim();
    const [, label, random, secret] = LINE.exec(text) ?? [];
    if (label === undefined || random === undefined || secret === undefined) return;
    this.secrets++;
    this.log.add(label.toUpperCase() as SecretLabel, random.toLowerCase(), new Uint8Array(Buffer.from(secret, "hex")));
  }
}
