import { stat } from "node:fs/promises";
import type { Anchor, Fingerprint, Note } from "../../annotations/types.ts";
import { UserError } from "../../base/user-error.ts";
import { readNotes, saveNotes } from "../captures/notes-file.ts";

/** The sidecar of one capture, its notes by the packet numbers of that one. One that cannot be read is left alone: another one is begun. */
export class NoteBook {
  /** null: nowhere to keep notes yet; they last as long as the screen. */
  readonly path: string | null;
  /** The sidecar that was left alone; null: all is well. */
  readonly damaged: string | null;
  /** As the sidecar had them when the screen opened. */
  readonly present: readonly Note[];
  /** Each note as it is in the sidecar now. */
  private readonly known: Map<string, Note>;

  constructor(path: string | null, present: readonly Note[], damaged: string | null = null) {
    this.path = path;
    this.present = present;
    this.damaged = damaged;
    this.known = new Map(present.map((note) => [note.id, note]));
  }

  static async open(path: string | null): Promise<NoteBook> {
    try {
      return new NoteBook(path, await readNotes(path));
    } catch (error) {
      if (!(error instanceof UserError) || path === null) throw error;
      return new NoteBook(await freeName(path), [], path);
    }
  }

  /** What a note is about, as it says here; null: it is in another book, or in none. */
  anchorOf({ id }: Note): Anchor | null {
    return this.known.get(id)?.anchor ?? null;
  }

  /** A version that the sidecar does not have. */
  isNews({ id, updatedAt }: Note): boolean {
    return this.known.get(id)?.updatedAt !== updatedAt;
  }

  /** Gives back all that the sidecar then holds: others write to it as well. */
  async write(notes: readonly Note[], capture: Fingerprint): Promise<readonly Note[]> {
    let kept = notes;
    if (this.path !== null) {
      await saveNotes(this.path, capture, notes);
      kept = await readNotes(this.path);
    }
    for (const note of kept) this.known.set(note.id, note);
    return kept;
  }
}

/** `capture.wscap.json` → `capture.wscap.2.json`, the first that nobody has. */
async function freeName(path: string): Promise<string> {
  for (let number = 2; ; number++) {
    const name = path.replace(/(\.json)?$/, `.${number}.json`);
    if ((await stat(name).catch(() => null)) === null) return name;
  }
}
