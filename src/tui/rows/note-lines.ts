import { living } from "../../annotations/notes.ts";
import type { Note } from "../../annotations/types.ts";
import { wrapToWidth } from "../../base/display-width.ts";
import { escapeText } from "../../base/escape-text.ts";
import type { Palette } from "../palette.ts";

/** What people wrote on a packet, or on a frame that it ends. */
export const noteLines = (notes: readonly Note[], packet: number, width: number, palette: Palette): string[] =>
  living(notes)
    .filter(({ anchor }) => (anchor.kind === "packet" || anchor.kind === "frame") && anchor.packet === packet)
    .flatMap(({ text }) => text.split("\n").flatMap((line) => wrapToWidth(escapeText(line), Math.max(8, width - 3))))
    .map((line) => palette.note(`✎ ${line}`));
