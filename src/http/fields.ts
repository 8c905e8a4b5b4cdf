import type { HttpField } from "./types.ts";

/** All values of a field, joined by ", " (RFC 9110 §5.3); null when absent. `name` in lower case. */
export function fieldValue(fields: readonly HttpField[], name: string): string | null {
  let joined: string | null = null;
  for (const field of fields) {
    if (field.name.length !== name.length || field.name.toLowerCase() !== name) continue;
    joined = joined === null ? field.value : `${joined}, ${field.value}`;
  }
  return joined;
}

/** How many field lines carry that name. */
export const fieldCount = (fields: readonly HttpField[], name: string): number =>
  fields.filter((field) => field.name.toLowerCase() === name).length;

/** The members of a comma-separated list of tokens, in lower case, empty ones left out (RFC 9110 §5.6.1). */
export const tokens = (value: string | null): string[] => members(value).map((member) => member.toLowerCase());

/** The same, spelled as sent: subprotocol names are case-sensitive. */
export const members = (value: string | null): string[] =>
  (value ?? "")
    .split(",")
    .map((member) => member.trim())
    .filter((member) => member !== "");
