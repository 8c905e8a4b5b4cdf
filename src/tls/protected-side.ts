import type { CipherSuite } from "./cipher-suites.ts";
import { nextTrafficSecret } from "./key-schedule.ts";
import { type OpenedRecord, openTls13, type RecordOpener } from "./record-opener.ts";

export type StageName = "early" | "handshake" | "application";

/** Records under one key. `opener` is null when its secret is not known. */
export interface Stage {
  readonly name: StageName;
  readonly opener: RecordOpener | null;
  /** TLS 1.3: what the next key is made from. */
  readonly secret: Uint8Array | null;
}

/** Attempts at opening, over both directions of a connection: a hostile capture must not buy any number of them. */
export interface Budget {
  tries: number;
}

/** A handshake's flight of its own (RFC 8446 §4.4) has fewer records than this. */
const MOST_OF_A_FLIGHT = 8;

/** Lost records looked over at once for the sequence number of the next one. */
const MOST_LOST_RECORDS = 1024;

/** One direction's keys, one after the other, and the sequence number of its next record. */
export class ProtectedSide {
  sequence = 0;
  opened = 0;
  /** Records that were not there, in front of the one opened last. */
  skipped = 0;
  /** Records under the keys of what is said inside that were opened, and records for which no key was found. */
  private texts = 0;
  private closed = 0;
  private isWhole = true;
  private readonly suite: CipherSuite;
  private readonly stages: Stage[];
  private readonly budget: Budget;
  /** A record has been lost since the last one that was opened: it may have told of new keys. */
  private sawLoss = false;

  constructor(suite: CipherSuite, stages: readonly Stage[], budget: Budget) {
    this.suite = suite;
    this.stages = [...stages];
    this.budget = budget;
  }

  get stage(): Stage {
    return this.stages[0] as Stage;
  }

  /** RFC 8446 §5.3: with a new key the numbers begin anew. */
  next(): void {
    if (this.stages.length < 2) return;
    this.stages.shift();
    this.sequence = 0;
  }

  /** RFC 8446 §7.2. */
  update(): void {
    const updated = this.updated();
    if (updated === null) return;
    this.stages[0] = updated;
    this.sequence = 0;
  }

  /** TLS 1.2: the keys after the next ChangeCipherSpec. */
  follow(stage: Stage): void {
    this.stages.splice(1, this.stages.length, stage);
  }

  lose(): void {
    this.sequence++;
    this.sawLoss = true;
  }

  /** A whole record with none missing in front of it did not open, although there was no other reason for it. */
  noteClosed(): void {
    this.closed++;
  }

  /** The capture does not hold all of it: a record that does not open may only have another number. */
  noteHole(): void {
    this.isWhole = false;
  }

  /** What this side said stayed closed, all of it, and why; null: some of it was read, or it said nothing. */
  get whyClosed(): "no-secret" | "secret-does-not-fit" | null {
    if (this.texts > 0 || this.closed === 0) return null;
    if (this.stages.at(-1)?.opener === null) return "no-secret";
    const least = this.stage.name === "application" ? 1 : MOST_OF_A_FLIGHT;
    return this.isWhole && this.closed >= least ? "secret-does-not-fit" : null;
  }

  /** `lostBytes` > 0: so much is missing in front of it, of how many records is not known. */
  open(record: Uint8Array, lostBytes: number): OpenedRecord | null {
    const reach = lostBytes === 0 ? 0 : this.reachOf(lostBytes);
    const found = this.openAny(record, lostBytes, reach);
    if (found !== null && this.stage.name === "application") this.texts++;
    return found;
  }

  private openAny(record: Uint8Array, lostBytes: number, reach: number): OpenedRecord | null {
    const found = this.within(this.stage.opener, record, this.sequence, reach);
    if (found !== null) return found;
    for (let ahead = 1; ahead < this.stages.length; ahead++) {
      const later = this.within(this.stages[ahead]?.opener ?? null, record, 0, reach);
      if (later === null) continue;
      this.stages.splice(0, ahead);
      return later;
    }
    if (!this.sawLoss && lostBytes === 0) return null;
    const updated = this.updated();
    const renewed = updated === null ? null : this.within(updated.opener, record, 0, reach);
    if (updated !== null && renewed !== null) this.stages[0] = updated;
    return renewed;
  }

  private within(opener: RecordOpener | null, record: Uint8Array, first: number, reach: number): OpenedRecord | null {
    if (opener === null) return null;
    for (let sequence = first; sequence <= first + reach; sequence++) {
      // The direct attempt is always made: it costs what decrypting costs.
      if (sequence > first && this.budget.tries-- <= 0) return null;
      const opened = opener.open(sequence, record);
      if (opened === null) continue;
      this.skipped = sequence - first;
      this.sequence = sequence + 1;
      this.opened++;
      this.sawLoss = false;
      return opened;
    }
    return null;
  }

  private updated(): Stage | null {
    const { name, secret } = this.stage;
    if (name !== "application" || secret === null) return null;
    const next = nextTrafficSecret(this.suite, secret);
    return { name, secret: next, opener: openTls13(this.suite, next) };
  }

  private reachOf(lostBytes: number): number {
    const least = (this.stage.opener?.overheadBytes ?? 22) + 1;
    return Math.min(MOST_LOST_RECORDS, Math.floor(lostBytes / least) + 1);
  }
}
