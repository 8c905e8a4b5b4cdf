import { stat } from "node:fs/promises";
import type { Note } from "../../annotations/types.ts";
import { UserError } from "../../base/user-error.ts";
import type { Language } from "../../i18n/language.ts";
import { messageOf } from "../../i18n/messages.ts";
import { tuiWordsOf } from "../../i18n/tui.ts";
import type { Snapshot } from "../../session/types.ts";
import { fingerprintOf, readNotes, saveNotes } from "../notes-file.ts";

/** Keeps the notes of one capture in its sidecar. A sidecar that cannot be read is left alone: another one is begun. */
export interface NoteKeeper {
  readonly notes: readonly Note[];
  /** Why the sidecar was left alone; null: all is well. */
  readonly problem: string | null;
  save(
    notes: readonly Note[],
    capture: Snapshot["capture"],
  ): Promise<{ notes: readonly Note[]; message: string; failed: boolean }>;
}

/** `path` null: nowhere to keep them (standard input); they last as long as the screen. */
export async function openNoteKeeper(path: string | null, language: Language): Promise<NoteKeeper> {
  const words = tuiWordsOf(language);
  let keptAt = path;
  let notes: readonly Note[] = [];
  let problem: string | null = null;
  try {
    notes = await readNotes(path);
  } catch (error) {
    if (!(error instanceof UserError) || path === null) throw error;
    keptAt = await freeName(path);
    problem = words.notesDamaged(path, keptAt);
  }
  return {
    notes,
    problem,
    save: async (changed, capture) => {
      if (keptAt === null) return { notes: changed, message: "", failed: false };
      try {
        await saveNotes(keptAt, fingerprintOf(capture.name, capture), changed);
        return { notes: await readNotes(keptAt), message: words.notesKept(keptAt), failed: false };
      } catch (error) {
        return { notes: changed, message: words.notesFailed(reasonOf(error, language)), failed: true };
      }
    },
  };
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
