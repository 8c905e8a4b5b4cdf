import type { ShareWords } from "../../i18n/share/words.ts";
import type { ReportModel } from "../model/schema.ts";

/** What a note is about, in a few words. */
export function noteWhere(words: ShareWords, note: ReportModel["annotations"][number]): string {
  const place =
    note.kind === "capture"
      ? words.onCapture
      : note.connection !== null
        ? words.connectionNumber(note.connection)
        : words.packetNumber(note.packet ?? 0);
  const tag = note.tag === "none" ? "" : ` · ${note.tag}`;
  return `${place}${tag}${note.stranded ? ` · ${words.stranded}: ${words.strandedWhy}` : ""}`;
}
