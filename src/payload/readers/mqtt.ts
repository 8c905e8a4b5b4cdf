import { u8, u16be } from "../../base/bytes.ts";
import type { NamedReading, PayloadReader } from "../types.ts";
import { named } from "./named.ts";

/** Control packet types, MQTT 3.1.1 and 5 §2.1.2. */
const TYPES = [
  null,
  "CONNECT",
  "CONNACK",
  "PUBLISH",
  "PUBACK",
  "PUBREC",
  "PUBREL",
  "PUBCOMP",
  "SUBSCRIBE",
  "SUBACK",
  "UNSUBSCRIBE",
  "UNSUBACK",
  "PINGREQ",
  "PINGRESP",
  "DISCONNECT",
  "AUTH",
] as const;

/** MQTT over WebSocket. A message may hold several packets or a part of one; its first names it. */
export const mqttReader: PayloadReader = ({ text, bytes }, { subprotocol }) => {
  if (text !== null) return null;
  const reading = readMqttPacket(bytes);
  const asked = subprotocol !== null && /^mqtt/.test(subprotocol);
  return asked || isConnectPacket(bytes) ? reading : null;
};

/** A packet by its first bytes, in a connection that is known to speak MQTT; null: not even its fixed header is there. */
export function readMqttPacket(bytes: Uint8Array): NamedReading | null {
  if (bytes.length < 2) return null;
  const body = bodyStart(bytes);
  const type = TYPES[u8(bytes, 0) >> 4];
  if (body === 0 || type === undefined || type === null) return null;
  const own = bytes.subarray(0, body + remainingLength(bytes, body));
  const code = refusalOf(type, own, body);
  return named({
    kind: "mqtt",
    protocol: "MQTT",
    messageType: type,
    details: type === "PUBLISH" ? stringAt(own, body) : "",
    heartbeat: type === "PINGREQ" ? "ping" : type === "PINGRESP" ? "pong" : null,
    errorMessage: code === null ? null : `code ${code}`,
    code,
    keepAliveMs:
      type === "CONNECT" ? keepAliveOf(own, body) : type === "CONNACK" ? serverKeepAliveOf(own, body + 2) : null,
  });
}

/** Behind the remaining length, at most four bytes (§2.1.4); 0 when it is malformed. */
function bodyStart(bytes: Uint8Array): number {
  for (let at = 1; at <= 4 && at < bytes.length; at += 1) if (u8(bytes, at) < 0x80) return at + 1;
  return 0;
}

/** The least significant seven bits come first. */
function remainingLength(bytes: Uint8Array, body: number): number {
  let length = 0;
  for (let at = body - 1; at > 0; at -= 1) length = length * 128 + (u8(bytes, at) & 0x7f);
  return length;
}

function stringAt(bytes: Uint8Array, at: number): string {
  if (at + 2 > bytes.length) return "";
  const text = bytes.subarray(at + 2, at + 2 + u16be(bytes, at));
  return Buffer.from(text.buffer, text.byteOffset, text.length).toString("utf8");
}

/** Unmistakable: it names its protocol (§3.1.2.1). */
export const isConnectPacket = (bytes: Uint8Array): boolean =>
  bytes.length > 1 &&
  TYPES[u8(bytes, 0) >> 4] === "CONNECT" &&
  /^MQ(?:TT|Isdp)$/.test(stringAt(bytes, bodyStart(bytes)));

/** §3.1.2.10: seconds, behind name, level and flags. */
function keepAliveOf(bytes: Uint8Array, body: number): number | null {
  const at = body + 2 + stringAt(bytes, body).length + 2;
  return at + 2 <= bytes.length ? u16be(bytes, at) * 1000 : null;
}

/** MQTT 5 §2.2.2.2: how long the values of a CONNACK's properties are; 0: as its own first two bytes say. */
const PROPERTY_BYTES: Readonly<Record<number, number>> = {
  17: 4,
  18: 0,
  19: 2,
  21: 0,
  22: 0,
  26: 0,
  28: 0,
  31: 0,
  33: 2,
  34: 2,
  36: 1,
  37: 1,
  39: 4,
  40: 1,
  41: 1,
  42: 1,
};
const SERVER_KEEP_ALIVE = 0x13;

/** MQTT 5 §3.2.2.3.14: the server's word counts instead of the client's. */
function serverKeepAliveOf(bytes: Uint8Array, properties: number): number | null {
  let at = properties + 1;
  // Two bytes of length are more than are looked at.
  if (properties < bytes.length && u8(bytes, properties) >= 0x80) at += 1;
  while (at + 3 <= bytes.length) {
    const id = u8(bytes, at);
    const known = PROPERTY_BYTES[id];
    if (known === undefined) return null;
    if (id === SERVER_KEEP_ALIVE) return u16be(bytes, at + 1) * 1000;
    at += 1 + (known === 0 ? 2 + u16be(bytes, at + 1) : known);
  }
  return null;
}

/** Reason codes of MQTT 5 from here on say that something failed (§2.4); a client that leaves its will behind says 4. */
const FAILURES_FROM = 0x80;

/** §3.2.2.2 and MQTT 5 §2.4; a DISCONNECT has a code only in MQTT 5. null: all is well. */
function refusalOf(type: string, bytes: Uint8Array, body: number): number | null {
  const at = type === "CONNACK" ? body + 1 : type === "DISCONNECT" ? body : bytes.length;
  const code = at < bytes.length ? u8(bytes, at) : 0;
  return code === 0 || (type === "DISCONNECT" && code < FAILURES_FROM) ? null : code;
}
