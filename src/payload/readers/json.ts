import * as limits from "../../base/limits.ts";
import { heartbeatOf } from "../heartbeat.ts";
import { isObject, jsonOf, oneLine } from "../payload.ts";
import type { JsonReading, Payload, PayloadReader } from "../types.ts";

/** Keys that name a message, the most telling first. */
const TYPE_KEYS = [
  "type",
  "event",
  "op",
  "opcode",
  "action",
  "method",
  "cmd",
  "command",
  "msg",
  "kind",
  "name",
  "e",
  "t",
];
const CUT_OFF = /^\s*\{[\s\S]{0,200}?"(type|event|op|action|method|cmd|command)"\s*:\s*"([^"\\]{1,64})"/;

/** Any JSON object or array that no protocol claimed. */
export const jsonReader: PayloadReader = (payload) => {
  const { text } = payload;
  if (text === null) return null;
  const value = jsonOf(payload);
  if (value === undefined) return payload.complete ? null : cutOff(text);
  if (!isObject(value)) return reading(text, "JSON array", null, null, null, payload, value);
  for (const key of TYPE_KEYS) {
    const type = value[key];
    if (typeof type === "string" && type !== "" && type.length <= 64) {
      return reading(text, `JSON ${type}`, key, type, heartbeatOf(type), payload, value);
    }
    if (typeof type === "number") return reading(text, `JSON ${key} ${type}`, key, String(type), null, payload, value);
  }
  // {"ping": 1712345678901}
  const [only, ...others] = Object.keys(value);
  const named = only !== undefined && others.length < 2 ? heartbeatOf(only) : null;
  return reading(text, "JSON", null, null, named, payload, value);
};

/** The beginning of an object that is longer than what was kept. */
function cutOff(text: string): JsonReading | null {
  const match = CUT_OFF.exec(text);
  if (match === null) return null;
  const [, typeKey = null, messageType = null] = match;
  return {
    kind: "json",
    label: `JSON ${messageType}`,
    summary: oneLine(text),
    heartbeat: null,
    messageType,
    typeKey,
    shape: null,
  };
}

function reading(
  text: string,
  label: string,
  typeKey: string | null,
  messageType: string | null,
  heartbeat: "ping" | "pong" | null,
  payload: Payload,
  value: unknown,
): JsonReading {
  const small = payload.lengthBytes <= limits.heartbeatMessageBytes;
  return {
    kind: "json",
    label: oneLine(label),
    summary: oneLine(text),
    heartbeat: small ? heartbeat : null,
    messageType,
    typeKey,
    shape: small ? shapeOf(value, typeKey) : null,
  };
}

/** `type=ping,ts=number`: sorted keys, the naming one with its value, the others with what kind of value they hold. */
function shapeOf(value: unknown, typeKey: string | null): string {
  if (!isObject(value)) return "array";
  const parts = Object.keys(value)
    .sort()
    .map((key) => `${key}=${key === typeKey ? String(value[key]) : kindOf(value[key])}`);
  return oneLine(parts.join(","));
}

const kindOf = (value: unknown): string => (value === null ? "null" : Array.isArray(value) ? "array" : typeof value);
