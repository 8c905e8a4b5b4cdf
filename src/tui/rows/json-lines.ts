import { wrapToWidth } from "../../base/display-width.ts";
import { escapeText } from "../../base/escape-text.ts";
import { parseJson } from "../../payload/payload.ts";
import type { Palette } from "../palette.ts";

/** What stands before the JSON of Engine.IO and Socket.IO: packet types, namespace, acknowledgment id. */
const PREFIX = /^\d{1,3}(?:-)?(?:\/[^,]*,)?\d*(?=[[{])/;

/** Pretty JSON, also behind a Socket.IO head; null: it is none, or nested too deep to be laid out. */
export function jsonLines(text: string, width: number, palette: Palette): string[] | null {
  const prefix = PREFIX.exec(text)?.[0] ?? "";
  const value = parseJson(text.slice(prefix.length));
  if (value === undefined) return null;
  const lines = JSON.stringify(value, null, 2)
    .split("\n")
    .flatMap((line) => wrapped(line, width).map((part) => painted(part, palette)));
  return prefix === "" ? lines : [palette.dim(escapeText(prefix)), ...lines];
}

function wrapped(line: string, width: number): string[] {
  const indent = /^ */.exec(line)?.[0] ?? "";
  const hanging = `${indent}  `;
  const parts = wrapToWidth(escapeText(line.trimStart()), Math.max(8, width - hanging.length));
  return parts.map((part, index) => (index === 0 ? indent : hanging) + part);
}

function painted(line: string, palette: Palette): string {
  const key = /^(\s*)("(?:[^"\\]|\\.)*")(:.*)$/.exec(line);
  return key === null ? line : `${key[1]}${palette.accent(key[2] ?? "")}${key[3]}`;
}
