import { stat } from "node:fs/promises";
import { mergeNotes } from "../../annotations/notes.ts";
import { sidecarName } from "../../annotations/sidecar.ts";
import type { Note } from "../../annotations/types.ts";
import { UserError } from "../../base/user-error.ts";
import type { Language } from "../../i18n/language.ts";
import { messageOf } from "../../i18n/messages.ts";
import { tuiWordsOf } from "../../i18n/tui.ts";
import type { TuiWords } from "../../i18n/tui-words.ts";
import type { Snapshot } from "../../session/types.ts";
import { fingerprintOf, readNotes, saveNotes } from "../notes-file.ts";
import type { LateNotes } from "./note-watch.ts";

export interface NotesKept {
  readonly notes: readonly Note[];
  readonly message: string;
  readonly failed: boolean;
}

/** Keeps the notes of one capture in its sidecar. A sidecar that cannot be read is left alone: another one is begun. */
export class NoteKeeper {
  /** As the sidecar had them when the screen opened. */
  readonly notes: readonly Note[];
  /** The sidecar that was left alone; null: all is well. */
  readonly damaged: string | null;
  private path: string | null;
  private readonly language: Language;
  private readonly words: TuiWords;
  /** Notes that the capture itself holds as comments: kept there, written to the sidecar only once somebody changes them. */
  private inCapture: ReadonlySet<Note> = new Set();
  /** Notes about packets of another capture: they stay in the sidecar, and are not shown. */
  private stranded: readonly Note[] = [];

  private constructor(path: string | null, notes: readonly Note[], damaged: string | null, language: Language) {
    this.path = path;
    this.notes = notes;
    this.damaged = damaged;
    this.language = language;
    this.words = tuiWordsOf(language);
  }

  /**
   * `path` null: nowhere to keep them yet; they last as long as the screen. `isNew`: the capture begins only now, so that
   * what is there already is about another one.
   */
  static async open(path: string | null, language: Language, isNew = false): Promise<NoteKeeper> {
    try {
      const present = await readNotes(path);
      const keeper = new NoteKeeper(path, isNew ? [] : present, null, language);
      if (isNew) keeper.stranded = present;
      return keeper;
    } catch (error) {
      if (!(error instanceof UserError) || path === null) throw error;
      return new NoteKeeper(await freeName(path), [], path, language);
    }
  }

  /** One sentence about the sidecar that was left alone. */
  get problem(): string | null {
    return this.damaged === null ? null : this.words.notesDamaged(this.damaged, this.path ?? "");
  }

  /** What reading the capture has shown. */
  know({ inCapture, stranded }: LateNotes): void {
    this.inCapture = new Set(inCapture);
    this.stranded = stranded;
  }

  /** Those that are shown, and those that are not. */
  all(shown: readonly Note[]): readonly Note[] {
    return [...shown, ...this.stranded];
  }

  /** From now on beside a capture that was saved. */
  async moveTo(capturePath: string, notes: readonly Note[], capture: Snapshot["capture"]): Promise<void> {
    this.path = sidecarName(capturePath);
    if (notes.length > 0) await this.save(notes, capture);
  }

  async save(changed: readonly Note[], capture: Snapshot["capture"]): Promise<NotesKept> {
    const { path, words } = this;
    if (path === null) return { notes: changed, message: words.notesUnkept, failed: false };
    try {
      const own = changed.filter((note) => !this.inCapture.has(note));
      await saveNotes(path, fingerprintOf(capture.name, capture), own);
      const hidden = new Set(this.stranded.map(({ id }) => id));
      const kept = (await readNotes(path)).filter(({ id }) => !hidden.has(id));
      const notes = mergeNotes(kept, [...this.inCapture]);
      return { notes, message: words.notesKept(path), failed: false };
    } catch (error) {
      return { notes: changed, message: words.notesFailed(reasonOf(error, this.language)), failed: true };
    }
  }
}

/** `capture.wscap.json` → `capture.wscap.2.json`, the first that nobody has. */
async function freeName(path: string): Promise<string> {
  for (let number = 2; ; number++) {
    const name = path.replace(/(\.json)?$/, `.${number}.json`);
    if ((await stat(name).catch(() => null)) === null) return name;
  }
}

export function reasonOf(error: unknown, language: Language): string {
  if (error instanceof UserError) return messageOf(language, error.messageId, error.args).sentence;
  return error instanceof Error ? error.message : String(error);
}
