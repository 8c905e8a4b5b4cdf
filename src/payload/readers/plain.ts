import * as limits from "../../base/limits.ts";
import { heartbeatOf } from "../heartbeat.ts";
import { oneLine } from "../payload.ts";
import type { Payload, PlainReading } from "../types.ts";

const HEX_BYTES = 16;

/** The fallback: it reads everything. */
export function readPlain(payload: Payload): PlainReading {
  const { text, lengthBytes } = payload;
  if (text === null) {
    const shown = payload.bytes.subarray(0, HEX_BYTES);
    const hex = Array.from(shown, (byte) => byte.toString(16).padStart(2, "0")).join(" ");
    const summary = `${lengthBytes} bytes: ${hex}${lengthBytes > shown.length ? " …" : ""}`;
    return { kind: "binary", label: "binary", summary, heartbeat: null };
  }
  const heartbeat = payload.complete && lengthBytes <= limits.heartbeatMessageBytes ? heartbeatOf(text) : null;
  // A sentence with "ping" in it is none.
  const word = /^["\s]*[\w:.-]*["\s]*$/.test(text.slice(0, limits.heartbeatMessageBytes));
  return { kind: "text", label: "text", summary: oneLine(text), heartbeat: word ? heartbeat : null };
}
