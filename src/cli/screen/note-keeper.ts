import { mergeNotes } from "../../annotations/notes.ts";
import { sidecarName } from "../../annotations/sidecar.ts";
import type { Anchor, Note } from "../../annotations/types.ts";
import type { Language } from "../../i18n/language.ts";
import { reasonOf } from "../../i18n/messages/messages.ts";
import { tuiWordsOf } from "../../i18n/tui/tui.ts";
import type { TuiWords } from "../../i18n/tui/words.ts";
import type { Snapshot } from "../../session/types.ts";
import type { CaptureFacts } from "../../store/types.ts";
import { fingerprintOf } from "../captures/notes-file.ts";
import { type PacketHome, PacketHomes } from "../captures/packet-homes.ts";
import { NoteBook } from "./note-book.ts";
import type { LateNotes } from "./note-watch.ts";

export interface NotesKept {
  readonly notes: readonly Note[];
  readonly message: string;
  readonly failed: boolean;
}

/**
 * Keeps the notes of what is on the screen in sidecars: of several captures each note beside the one that its packet is
 * in, by the number that it has there, as if that capture had been opened alone.
 */
export class NoteKeeper {
  /** null: one sidecar for all that is read. */
  readonly homes: PacketHomes | null;
  private books: readonly NoteBook[];
  private readonly language: Language;
  private readonly words: TuiWords;
  /** Notes that the capture itself holds as comments: kept there, written to a sidecar only once somebody changes them. */
  private inCapture: ReadonlySet<Note> = new Set();
  /** Notes about packets of another capture: they stay in their sidecar, and are not shown. */
  private stranded: readonly Note[] = [];
  /** Notes of sidecars that are not shown. */
  private hidden: ReadonlySet<string> = new Set();

  private constructor(books: readonly NoteBook[], language: Language) {
    this.books = books;
    this.homes = books.length > 1 ? new PacketHomes() : null;
    this.language = language;
    this.words = tuiWordsOf(language);
    // What their numbers mean is known once all was read.
    if (books.length > 1) this.hidden = new Set(books.flatMap(({ present }) => present.map(({ id }) => id)));
  }

  /**
   * A sidecar for each capture, or one for them all. `isNew`: the capture begins only now, so that what is there already
   * is about another one.
   */
  static async open(paths: readonly (string | null)[], language: Language, isNew = false): Promise<NoteKeeper> {
    const keeper = new NoteKeeper(await Promise.all(paths.map(NoteBook.open)), language);
    if (isNew) keeper.know({ shown: [], inCapture: [], stranded: keeper.books.flatMap(({ present }) => present) });
    return keeper;
  }

  /** As the sidecars had them when the screen opened. */
  get byBook(): readonly (readonly Note[])[] {
    return this.books.map(({ present }) => present);
  }

  /** Those that can be shown before anything was read. */
  get notes(): readonly Note[] {
    return this.byBook.flat().filter(({ id }) => !this.hidden.has(id));
  }

  /** Sidecars that were left alone; null: all is well. */
  get damaged(): string | null {
    return this.books.flatMap(({ damaged }) => damaged ?? []).join(", ") || null;
  }

  /** A sentence about each sidecar that was left alone. */
  get problem(): string | null {
    const sentences = this.books.map(({ damaged, path }) =>
      damaged === null ? "" : this.words.notesDamaged(damaged, path ?? ""),
    );
    return sentences.filter((sentence) => sentence !== "").join(" · ") || null;
  }

  /** What reading the captures has shown. */
  know({ shown, inCapture, stranded }: LateNotes): void {
    this.inCapture = new Set(inCapture);
    this.stranded = stranded;
    const fitting = new Set(shown.map(({ id }) => id));
    const others = this.homes === null ? stranded : this.byBook.flat();
    this.hidden = new Set(others.flatMap(({ id }) => (fitting.has(id) ? [] : [id])));
  }

  /** Those that are shown, and those that are not. */
  all(shown: readonly Note[]): readonly Note[] {
    return [...shown, ...this.stranded];
  }

  /** From now on beside a capture that was saved. */
  async moveTo(capturePath: string, notes: readonly Note[], capture: Snapshot["capture"]): Promise<void> {
    this.books = [new NoteBook(sidecarName(capturePath), [])];
    if (notes.length > 0) await this.save(notes, capture, []);
  }

  /** `capture`: all that is read, as one; `captures`: each. */
  async save(
    changed: readonly Note[],
    capture: Snapshot["capture"],
    captures: readonly CaptureFacts[],
  ): Promise<NotesKept> {
    const { words } = this;
    const own = changed.filter((note) => !this.inCapture.has(note));
    const anchors = new Map(changed.map(({ id, anchor }) => [id, anchor]));
    const written: string[] = [];
    const kept: Note[] = [];
    let unkept = false;
    try {
      for (const [index, book] of this.books.entries()) {
        const news = this.partOf(index, own).filter((note) => book.isNews(note));
        if (news.length === 0) continue;
        const about = this.homes === null ? capture : (captures[index] ?? capture);
        const present = await book.write(news, fingerprintOf(about.name, about));
        if (book.path === null) unkept = true;
        else written.push(book.path);
        for (const note of present) {
          const anchor = this.hidden.has(note.id) ? null : this.shownAnchor(index, note, anchors);
          if (anchor !== null) kept.push({ ...note, anchor });
        }
      }
    } catch (error) {
      return { notes: changed, message: words.notesFailed(reasonOf(error, this.language)), failed: true };
    }
    const message = [
      ...(written.length === 0 ? [] : [words.notesKept(written.join(", "))]),
      ...(unkept ? [words.notesUnkept] : []),
    ].join(" · ");
    return { notes: mergeNotes(kept, changed), message, failed: false };
  }

  /** The notes of one book, about what they are about in there. A note that several books have is in all of them. */
  private partOf(index: number, notes: readonly Note[]): Note[] {
    return notes.flatMap((note) => {
      const anchor = this.books[index]?.anchorOf(note) ?? null;
      if (anchor !== null) return [{ ...note, anchor }];
      const isElsewhere = this.books.some((book) => book.anchorOf(note) !== null);
      const home = isElsewhere ? null : this.homeOf(note.anchor);
      return home?.book === index ? [{ ...note, anchor: home.anchor }] : [];
    });
  }

  private homeOf(anchor: Anchor): { readonly book: number; readonly anchor: Anchor } {
    const home: PacketHome | null = anchor.kind === "capture" ? null : (this.homes?.of(anchor.packet) ?? null);
    if (home === null || anchor.kind === "capture") return { book: 0, anchor };
    return { book: home.capture, anchor: { ...anchor, packet: home.packet } };
  }

  /** null: nobody knows where it is on the screen. */
  private shownAnchor(capture: number, { id, anchor }: Note, shown: ReadonlyMap<string, Anchor>): Anchor | null {
    const { homes } = this;
    if (homes === null || anchor.kind === "capture") return anchor;
    const known = shown.get(id);
    if (known !== undefined) return known;
    // Written by somebody else in the meantime, who has that capture open.
    const packet = homes.overall({ capture, packet: anchor.packet as PacketHome["packet"] });
    return packet === null ? null : { ...anchor, packet };
  }
}
