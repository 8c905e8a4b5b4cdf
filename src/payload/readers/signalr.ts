import { isObject, parseJson, stringOr } from "../payload.ts";
import type { PayloadReader } from "../types.ts";
import { named } from "./named.ts";

const RECORD_SEPARATOR = "\u001e";

/** Message types of the hub protocol, by number. */
const TYPES: Readonly<Record<number, string>> = {
  1: "Invocation",
  2: "StreamItem",
  3: "Completion",
  4: "StreamInvocation",
  5: "CancelInvocation",
  6: "Ping",
  7: "Close",
  8: "Ack",
  9: "Sequence",
};

/** ASP.NET Core SignalR, JSON hub protocol: each record ends with 0x1e. The first record names the message. */
export const signalRReader: PayloadReader = (payload) => {
  const { text } = payload;
  if (text === null || !text.startsWith("{") || !text.includes(RECORD_SEPARATOR)) return null;
  if (payload.complete && !text.endsWith(RECORD_SEPARATOR)) return null;
  const record = text.slice(0, text.indexOf(RECORD_SEPARATOR));
  const value = parseJson(record);
  if (!isObject(value)) return null;
  const messageType = typeOf(value);
  if (messageType === null) return null;
  const error = value["error"];
  return named({
    kind: "signalr",
    protocol: "SignalR",
    messageType,
    details: messageType === "Ping" ? "" : stringOr(value["target"], record === "{}" ? "" : record),
    heartbeat: messageType === "Ping" ? "beat" : null,
    errorMessage: typeof error === "string" ? error : null,
  });
};

function typeOf(value: Record<string, unknown>): string | null {
  const type = value["type"];
  if (typeof type === "number") return TYPES[type] ?? null;
  if (typeof value["protocol"] === "string") return "HandshakeRequest";
  const keys = Object.keys(value);
  return keys.length === 0 || keys[0] === "error" ? "HandshakeResponse" : null;
}
