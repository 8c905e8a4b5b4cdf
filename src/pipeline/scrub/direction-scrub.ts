import * as limits from "../../base/limits.ts";
import type { DirectionEdits } from "./edits.ts";
import type { FrameScrub } from "./frame-scrub.ts";
import type { TextScrub } from "./text-scrub.ts";
import type { TlsScrub } from "./tls-scrub.ts";

/** What a stream turns out to be; a WebSocket without its handshake has no frame boundary that is certain. */
export type StreamKind = "text" | "frames" | "midstream" | "tls";

export interface ScrubKinds {
  /** Whatever it turns out to be, nothing of it is shown. */
  readonly isHidden: boolean;
  readonly text: (begins: number) => TextScrub;
  readonly frames: (begins: number) => FrameScrub;
  readonly tls: (begins: number) => TlsScrub;
}

/** Bytes that a decoder may hold until it is decided what they are: no text is certain to be one before. */
const UNDECIDED_BYTES = limits.httpHeldBytes + 2 * limits.candidateBytes;

/** What one takes in memory beside its bytes, roughly. */
const HELD_BYTES = 128;

/** Bytes of the stream; null: bytes that were not captured lie here. */
interface Held {
  readonly offset: number;
  readonly bytes: Uint8Array | null;
}

/**
 * One direction of a connection, as its bytes come: text first, until it shows what it becomes. Holds what is undecided,
 * and of the rest what the search needs. In doubt nothing is shown.
 */
export class DirectionScrub {
  values = 0;
  compressedBlanked = 0;
  /** For whoever sums them up: held bytes that are in the sum. */
  countedBytes = 0;
  private readonly edits: DirectionEdits;
  private readonly kinds: ScrubKinds;
  private held: Held[] = [];
  /** Of `held`, those that have been read. */
  private read = 0;
  private readTo = 0;
  private undecided = 0;
  private kind: StreamKind = "text";
  private text: TextScrub | null = null;
  private frames: FrameScrub | null = null;
  private tls: TlsScrub | null = null;
  private isStopped: boolean;

  constructor(edits: DirectionEdits, kinds: ScrubKinds) {
    this.edits = edits;
    this.kinds = kinds;
    this.isStopped = kinds.isHidden;
  }

  get heldBytes(): number {
    const { text, frames, tls } = this;
    const searched = (text?.heldBytes ?? 0) + (frames?.heldBytes ?? 0) + (tls?.heldBytes ?? 0);
    return searched + this.undecided + this.held.length * HELD_BYTES;
  }

  /** `bytes` are its own from now on. */
  add(sequence: number, bytes: Uint8Array): void {
    const { places } = this.edits;
    const offset = places.length;
    places.add(sequence, bytes.length);
    if (this.isStopped) return;
    this.held.push({ offset, bytes });
    this.undecided += bytes.length;
  }

  gap(lengthBytes: number): void {
    const { places } = this.edits;
    if (!this.isStopped) this.held.push({ offset: places.length, bytes: null });
    places.gap(lengthBytes);
  }

  /** What has been added so far is of this kind, the last `fedBytes` of it, gaps included: what came before is text. */
  goOn(kind: StreamKind, fedBytes: number): void {
    if (this.isStopped) return;
    if (fedBytes === 0 && this.kind === "text") {
      this.release(this.undecided - UNDECIDED_BYTES);
      return;
    }
    if (this.kind === "text") this.become(kind, this.edits.places.length - fedBytes);
    else if (this.kind !== kind) {
      // What was judged as one thing is another.
      this.edits.withdraw();
      this.drop();
      return;
    }
    this.release(this.undecided);
  }

  /** Nothing more will come. */
  end(): void {
    this.release(this.undecided);
    this.stop();
  }

  /** What has been judged is shown, and nothing else. */
  stop(): void {
    this.endText();
    this.tls?.end();
    this.drop();
  }

  private drop(): void {
    this.isStopped = true;
    this.values += this.frames?.values ?? 0;
    this.compressedBlanked += this.frames?.compressedBlanked ?? 0;
    this.frames = null;
    this.tls = null;
    this.held = [];
    this.undecided = 0;
  }

  private become(kind: StreamKind, begins: number): void {
    this.kind = kind;
    if (begins < this.readTo) this.edits.withdraw();
    this.splitAt(begins);
    while (this.read < this.held.length && (this.held[this.read] as Held).offset < begins) this.readNext();
    this.endText();
    const isWhole = (this.held[this.read]?.offset ?? begins) === begins;
    if (kind === "tls") {
      this.tls = this.kinds.tls(begins);
      if (!isWhole) this.tls.gap();
    } else if (kind === "frames" && isWhole) this.frames = this.kinds.frames(begins);
    // Behind a gap no frame boundary is certain: nothing there is shown.
    else this.drop();
  }

  /** Has the oldest held bytes read, at least as many. */
  private release(bytes: number): void {
    const left = this.undecided - bytes;
    while (this.read < this.held.length && this.undecided > left) this.readNext();
    if (this.read * 2 <= this.held.length) return;
    this.held.splice(0, this.read);
    this.read = 0;
  }

  private readNext(): void {
    const { offset, bytes } = this.held[this.read++] as Held;
    if (bytes === null) {
      this.readGap();
      return;
    }
    this.undecided -= bytes.length;
    this.readTo = offset + bytes.length;
    if (this.frames !== null) this.frames.add(bytes, offset);
    else if (this.tls !== null) this.tls.add(bytes, offset);
    else {
      this.text ??= this.kinds.text(offset);
      this.text.add(bytes);
    }
  }

  private readGap(): void {
    if (this.tls !== null) this.tls.gap();
    else if (this.frames !== null) this.drop();
    else this.endText();
  }

  private endText(): void {
    this.values += this.text?.end() ?? 0;
    this.text = null;
  }

  private splitAt(place: number): void {
    const isAround = ({ offset, bytes }: Held): boolean =>
      bytes !== null && offset < place && offset + bytes.length > place;
    const index = this.held.findIndex(isAround);
    const { offset, bytes } = this.held[index] ?? { offset: 0, bytes: null };
    if (bytes === null) return;
    const cut = place - offset;
    const parts = [
      { offset, bytes: bytes.subarray(0, cut) },
      { offset: place, bytes: bytes.subarray(cut) },
    ];
    this.held.splice(index, 1, ...parts);
  }
}
