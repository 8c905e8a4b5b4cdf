import { decodePacket } from "engine.io-parser";
import { isObject, oneLine, parseJson, stringOr, textPayload } from "../payload.ts";
import type { EngineIoOpen, EngineIoPacket, EngineIoReading, Payload, PayloadReader, Reading } from "../types.ts";
import { readPlain } from "./plain.ts";
import { readSocketIo } from "./socket-io.ts";

/** Without a handshake in the capture: what hardly anything else begins with. */
const UNMISTAKABLE = /^(?:0\{"sid":"|4[0-6](?:\d+-)?(?:\/[^,]{0,200},)?\d{0,10}[[{]|[23]probe$)/;

const SID_CHARACTERS = 64;
const UPGRADES = 8;

const numberOrNull = (value: unknown): number | null =>
  typeof value === "number" && Number.isFinite(value) && value >= 0 ? value : null;

/** null: not the JSON of an open packet. */
export function parseOpen(text: string): EngineIoOpen | null {
  const value = parseJson(text);
  if (!isObject(value) || typeof value["sid"] !== "string") return null;
  const upgrades = Array.isArray(value["upgrades"]) ? value["upgrades"].slice(0, UPGRADES) : [];
  return {
    sid: value["sid"].slice(0, SID_CHARACTERS),
    upgrades: upgrades.map((upgrade) => stringOr(upgrade, "?").slice(0, SID_CHARACTERS)),
    pingIntervalMs: numberOrNull(value["pingInterval"]),
    pingTimeoutMs: numberOrNull(value["pingTimeout"]),
    maxPayloadBytes: numberOrNull(value["maxPayload"]),
  };
}

/** Engine.IO protocol 3 and 4 over WebSocket: one packet a message; a binary message is a message packet. */
export const engineIoReader: PayloadReader = (payload, hints) => {
  if (payload.text === null) return hints.engineIo ? binaryMessage(payload) : null;
  if (!hints.engineIo && !UNMISTAKABLE.test(payload.text)) return null;
  return readPacket(payload.text, payload.complete);
};

/** One packet as text, from a WebSocket or a polling body. null: no packet. */
export function readPacket(text: string, complete: boolean): Reading | null {
  if (text.startsWith("b")) return reading("message", "binary");
  const { type, data } = decodePacket(text);
  if (type === "error") return null;
  const content = typeof data === "string" ? data : "";
  if (type === "message") {
    return readSocketIo(content, complete) ?? reading("message", readPlain(textPayload(content, complete)).summary);
  }
  // Anything behind the type of these would be somebody else's text: "3.14", "2024-01-01".
  const probe = content === "probe";
  if (type === "open") return openPacket(content);
  if (content !== "" && !(probe && (type === "ping" || type === "pong"))) return null;
  return reading(type as EngineIoPacket, content, probe);
}

function openPacket(content: string): EngineIoReading | null {
  const open = parseOpen(content);
  if (open === null) return null;
  const { sid, upgrades, pingIntervalMs, pingTimeoutMs } = open;
  const details = `sid ${sid}, ping every ${pingIntervalMs ?? "?"} ms, timeout ${pingTimeoutMs ?? "?"} ms, upgrades [${upgrades.join(", ")}]`;
  return { ...reading("open", details), open };
}

function reading(packet: EngineIoPacket, details: string, probe = false): EngineIoReading {
  const heartbeat = !probe && (packet === "ping" || packet === "pong") ? packet : null;
  const summary = oneLine(details === "" ? packet : `${packet} ${details}`);
  return { kind: "engine.io", label: `Engine.IO ${packet}`, summary, heartbeat, packet, probe, open: null };
}

const binaryMessage = (payload: Payload): Reading => reading("message", `binary, ${payload.lengthBytes} bytes`);
