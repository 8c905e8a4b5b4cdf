import { latin1 } from "../base/bytes.ts";
import { limits } from "../base/limits.ts";
import type { HttpField } from "./types.ts";

export interface FieldSection {
  readonly fields: readonly HttpField[];
  /** Lines that are not fields, and fields past limits.httpFieldsPerHead. */
  readonly invalidLines: number;
  readonly droppedFields: number;
}

/**
 * Field lines (RFC 9112 §5) of `bytes[start, end)`. Lenient as observers must be: LF alone ends a line, white space
 * before the colon is dropped, obs-fold is joined by one space (§5.2).
 */
export function parseFields(bytes: Uint8Array, start: number, end: number): FieldSection {
  const lines = latin1(bytes, start, end).split("\n");
  const fields: { name: string; values: string[] }[] = [];
  let invalidLines = 0;
  let droppedFields = 0;
  for (const raw of lines) {
    const line = raw.endsWith("\r") ? raw.slice(0, -1) : raw;
    if (line === "") continue;
    const folded = line.startsWith(" ") || line.startsWith("\t");
    const colon = line.indexOf(":");
    const name = folded ? "" : line.slice(0, colon).trim();
    if (folded && fields.length > 0) fields[fields.length - 1]?.values.push(line.trim());
    else if (name === "" || colon < 0) invalidLines += 1;
    else if (fields.length < limits.httpFieldsPerHead) fields.push({ name, values: [trimValue(line, colon + 1)] });
    else droppedFields += 1;
  }
  return {
    fields: fields.map(({ name, values }) => ({ name, value: joinFolded(values) })),
    invalidLines,
    droppedFields,
  };
}

/** RFC 9110 §5.5: a bare CR inside a value reads as a space. */
const trimValue = (line: string, from: number): string => line.slice(from).replaceAll("\r", " ").trim();

const joinFolded = (values: readonly string[]): string =>
  values.length === 1 ? (values[0] ?? "") : values.filter((value) => value !== "").join(" ");
