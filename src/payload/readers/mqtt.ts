import { u8, u16be } from "../../base/bytes.ts";
import type { PayloadReader } from "../types.ts";
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
  if (text !== null || bytes.length < 2) return null;
  const body = bodyStart(bytes);
  const type = TYPES[u8(bytes, 0) >> 4];
  if (body === 0 || type === undefined || type === null) return null;
  const asked = subprotocol !== null && /^mqtt/.test(subprotocol);
  if (!asked && !(type === "CONNECT" && isConnect(bytes, body))) return null;
  return named({
    kind: "mqtt",
    protocol: "MQTT",
    messageType: type,
    details: type === "PUBLISH" ? stringAt(bytes, body) : "",
    heartbeat: type === "PINGREQ" ? "ping" : type === "PINGRESP" ? "pong" : null,
    errorMessage: refusalOf(type, bytes, body),
    keepAliveMs: type === "CONNECT" ? keepAliveOf(bytes, body) : null,
  });
};

/** Behind the remaining length, at most four bytes (§2.1.4); 0 when it is malformed. */
function bodyStart(bytes: Uint8Array): number {
  for (let at = 1; at <= 4 && at < bytes.length; at += 1) if (u8(bytes, at) < 0x80) return at + 1;
  return 0;
}

function stringAt(bytes: Uint8Array, at: number): string {
  if (at + 2 > bytes.length) return "";
  const text = bytes.subarray(at + 2, at + 2 + u16be(bytes, at));
  return Buffer.from(text.buffer, text.byteOffset, text.length).toString("utf8");
}

const isConnect = (bytes: Uint8Array, body: number): boolean => /^MQ(?:TT|Isdp)$/.test(stringAt(bytes, body));

/** §3.1.2.10: seconds, behind name, level and flags. */
function keepAliveOf(bytes: Uint8Array, body: number): number | null {
  const at = body + 2 + stringAt(bytes, body).length + 2;
  return at + 2 <= bytes.length ? u16be(bytes, at) * 1000 : null;
}

/** §3.2.2.2 and MQTT 5 §2.4: 0 is success; DISCONNECT has a code only in MQTT 5. */
function refusalOf(type: string, bytes: Uint8Array, body: number): string | null {
  const at = type === "CONNACK" ? body + 1 : type === "DISCONNECT" ? body : bytes.length;
  const code = at < bytes.length ? u8(bytes, at) : 0;
  return code === 0 ? null : `code ${code}`;
}
