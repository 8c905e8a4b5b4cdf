import type { Palette, Role } from "../palette.ts";

/** Bytes from `start` on belong to this layer, up to the next one. */
export interface Layer {
  readonly start: number;
  readonly role: Role;
  readonly name: string;
}

const OFFSET = 8;
const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

/** Lines of which only those that are looked at are made; an array is one too. */
export interface LineSource {
  readonly length: number;
  slice(from: number, to: number): string[];
}

/** Offset, sixteen bytes (fewer on a narrow screen), and what of them is ASCII; layers by colour. */
export function hexLines(bytes: Uint8Array, layers: readonly Layer[], width: number, palette: Palette): LineSource {
  const perLine = [16, 8, 4].find((count) => OFFSET + count * 4 + 3 <= width) ?? 2;
  const length = Math.ceil(bytes.length / perLine);
  const lineAt = (index: number): string => {
    const start = index * perLine;
    const end = Math.min(bytes.length, start + perLine);
    const extra = perLine < 8 ? 0 : Math.floor((start + perLine) / 8) - Math.floor(end / 8);
    const hex = hexOf(bytes, start, end, layers, palette, perLine) + " ".repeat((start + perLine - end) * 3 + extra);
    return `${palette.dim(start.toString(16).padStart(6, "0"))}  ${hex} ${asciiOf(bytes, start, end, palette)}`;
  };
  return {
    length,
    slice: (from, to) =>
      Array.from({ length: Math.max(0, Math.min(to, length) - from) }, (_, index) => lineAt(from + index)),
  };
}

/** One after the other. */
export const joinedLines = (
  before: readonly string[],
  lines: LineSource,
  after: readonly string[] = [],
): LineSource => ({
  length: before.length + lines.length + after.length,
  slice(from, to) {
    const start = before.length;
    const end = start + lines.length;
    return [
      ...before.slice(from, Math.max(from, to)),
      ...lines.slice(Math.max(0, from - start), Math.max(0, to - start)),
      ...after.slice(Math.max(0, from - end), Math.max(0, to - end)),
    ];
  },
});

/** Bytes of one layer are marked together. */
function hexOf(
  bytes: Uint8Array,
  start: number,
  end: number,
  layers: readonly Layer[],
  palette: Palette,
  perLine: number,
): string {
  let text = "";
  for (let at = start; at < end; ) {
    const layer = layers.findLastIndex((known) => known.start <= at);
    const stop = Math.min(end, layers[layer + 1]?.start ?? end);
    let run = "";
    for (; at < stop; at++) run += HEX[bytes[at] ?? 0] + (at % 8 === 7 && perLine >= 8 ? "  " : " ");
    text += palette[layers[layer]?.role ?? "plain"](run);
  }
  return text;
}

function asciiOf(bytes: Uint8Array, start: number, end: number, palette: Palette): string {
  let text = "";
  let dots = 0;
  for (let at = start; at <= end; at++) {
    const byte = at < end ? (bytes[at] ?? 0) : 0x20;
    const isShown = byte >= 0x20 && byte < 0x7f;
    if (isShown && dots > 0) {
      text += palette.dim("·".repeat(dots));
      dots = 0;
    }
    if (at === end) break;
    if (isShown) text += String.fromCharCode(byte);
    else dots++;
  }
  return text;
}
