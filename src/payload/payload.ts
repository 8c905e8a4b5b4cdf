import * as limits from "../base/limits.ts";
import { startOfText } from "../base/start-of-text.ts";
import type { Payload } from "./types.ts";

/** `bytes[start, end)` of a message of `lengthBytes`, of which no more than limits.keptMessageBytes is looked at. */
export function payloadOf(
  bytes: Uint8Array,
  start: number,
  end: number,
  isText: boolean,
  lengthBytes = end - start,
): Payload {
  const kept = bytes.subarray(start, Math.min(end, start + limits.keptMessageBytes));
  return {
    text: isText ? Buffer.from(kept.buffer, kept.byteOffset, kept.length).toString("utf8") : null,
    bytes: kept,
    complete: kept.length === lengthBytes,
    lengthBytes,
    json: undefined,
    jsonTried: false,
  };
}

export const textPayload = (text: string, complete: boolean): Payload => ({
  text,
  bytes: new Uint8Array(0),
  complete,
  lengthBytes: text.length,
  json: undefined,
  jsonTried: false,
});

/** The value of a complete JSON text, undefined for anything else. */
export function jsonOf(payload: Payload): unknown {
  if (!payload.jsonTried && payload.complete && payload.text !== null) payload.json = parseJson(payload.text);
  payload.jsonTried = true;
  return payload.json;
}

/** Objects and arrays only: undefined for what is not JSON, or nested too deep, and for bare numbers and strings. */
export function parseJson(text: string): unknown {
  const first = text.trimStart()[0];
  if ((first !== "{" && first !== "[") || isTooDeep(text)) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** V8 parses any depth and writes out, as everybody who looks through a value, only what the stack has room for. */
function isTooDeep(text: string): boolean {
  if (text.length <= limits.jsonDepth) return false;
  let depth = 0;
  let isQuoted = false;
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (isQuoted && character === "\\") at++;
    else if (character === '"') isQuoted = !isQuoted;
    else if (isQuoted) continue;
    else if (character === "[" || character === "{") depth++;
    else if (character === "]" || character === "}") depth--;
    if (depth > limits.jsonDepth) return true;
  }
  return false;
}

export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

export const stringOr = <T>(value: unknown, otherwise: T): string | T =>
  typeof value === "string" ? value : otherwise;

/** At most limits.payloadSummaryCharacters, an ellipsis where something was left out. */
export function oneLine(text: string): string {
  const most = limits.payloadSummaryCharacters;
  return text.length <= most ? text : `${startOfText(text, most - 1)}…`;
}
