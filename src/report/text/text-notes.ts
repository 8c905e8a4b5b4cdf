import { shareWordsOf } from "../../i18n/share/share.ts";
import { noteWhere } from "./note-where.ts";
import { paragraph, type TextPage } from "./text-page.ts";

/** What people wrote about this capture. */
export function noteLines(page: TextPage): string[] {
  const { model, paint } = page;
  if (model.annotations.length === 0) return [];
  const words = shareWordsOf(model.language);
  const lines = [paint.strong(words.notes.toUpperCase())];
  for (const note of model.annotations) {
    const who = note.author === "" ? (note.source === "capture" ? words.fromCapture : "") : note.author;
    const packet = note.packet === null || note.connection === null ? "" : ` · ${words.packetNumber(note.packet)}`;
    const head = `${noteWhere(words, note)}${packet}${who === "" ? "" : ` · ${who}`}`;
    lines.push(...paragraph(page, head, "  "), ...paragraph(page, note.text, "    "));
  }
  return lines;
}
