import { latin1 } from "../base/bytes.ts";
import * as limits from "../base/limits.ts";
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
  const fields: HttpField[] = [];
  let invalidLines = 0;
  let droppedFields = 0;
  let folded: string[] | null = null;
  for (const line of latin1(bytes, start, end).split("\n")) {
    if (line === "" || line === "\r") continue;
    if (line.startsWith(" ") || line.startsWith("\t")) {
      const last = fields[fields.length - 1];
      if (last === undefined) invalidLines += 1;
      else {
        // Joined at the end: a thousand folds must not copy the value a thousand times.
        folded ??= [last.value];
        folded.push(trimValue(line, 0));
      }
      continue;
    }
    unfold(fields, folded);
    folded = null;
    const colon = line.indexOf(":");
    const name = line.slice(0, Math.max(colon, 0)).trim();
    if (name === "") invalidLines += 1;
    else if (fields.length < limits.httpFieldsPerHead) fields.push({ name, value: trimValue(line, colon + 1) });
    else droppedFields += 1;
  }
  unfold(fields, folded);
  // As long as it is, and not as long as it might have become: heads are kept.
  return { fields: fields.slice(), invalidLines, droppedFields };
}

/** RFC 9110 §5.5: a bare CR inside a value reads as a space. */
const trimValue = (line: string, from: number): string => line.slice(from).trim().replaceAll("\r", " ");

function unfold(fields: HttpField[], folded: readonly string[] | null): void {
  const last = folded === null ? undefined : fields.pop();
  if (folded === null || last === undefined) return;
  fields.push({ name: last.name, value: folded.filter((part) => part !== "").join(" ") });
}
