import { latin1, u8 } from "../../base/bytes.ts";
import * as limits from "../../base/limits.ts";
import { isObject, oneLine, parseJson } from "../payload.ts";
import type { Reading } from "../types.ts";
import { readPacket } from "./engine-io.ts";

const SEPARATOR = "\u001e";

/** One packet of a body, and what it was read from. */
interface PolledPacket {
  readonly reading: Reading;
  readonly text: string;
}

/**
 * The packets in the body of an Engine.IO polling request or response, as far as it is there: protocol 4 joins them by
 * 0x1e, protocol 3 writes `length:packet` or, with binary packets, `<0|1><length digits>0xff<packet>`.
 * Empty: not a polling body.
 */
export function readPolling(body: Uint8Array, complete: boolean): PolledPacket[] {
  const first = body[0] ?? 0xff;
  if (first <= 1) return readAll(splitBinary(body), complete);
  const text = Buffer.from(body.buffer, body.byteOffset, body.length).toString("utf8");
  const jsonp = /^___eio\[\d+\]\((".*")\);?\s*$/s.exec(text)?.[1];
  const plain = jsonp === undefined ? text : unquote(jsonp);
  return readAll(/^\d+:/.test(plain) ? splitByLength(plain) : plain.split(SEPARATOR), complete);
}

function readAll(packets: readonly string[], complete: boolean): PolledPacket[] {
  const readings: PolledPacket[] = [];
  const last = packets.length - 1;
  packets.slice(0, limits.pollingPacketsPerBody).forEach((packet, index) => {
    const reading = readPacket(packet, complete || index < last);
    if (reading !== null) readings.push({ reading, text: packet });
  });
  return readings;
}

/** Lengths count UTF-16 units, as JavaScript does. */
function splitByLength(text: string): string[] {
  const packets: string[] = [];
  let at = 0;
  while (at < text.length && packets.length < limits.pollingPacketsPerBody) {
    const colon = text.indexOf(":", at);
    const length = text.slice(at, colon);
    if (colon < 0 || !/^\d{1,9}$/.test(length)) break;
    packets.push(text.slice(colon + 1, colon + 1 + Number(length)));
    at = colon + 1 + Number(length);
  }
  return packets;
}

function splitBinary(body: Uint8Array): string[] {
  const packets: string[] = [];
  let at = 0;
  while (at < body.length && packets.length < limits.pollingPacketsPerBody) {
    const isText = u8(body, at) === 0;
    let length = 0;
    let next = at + 1;
    for (; next < body.length && u8(body, next) < 10 && next - at < 10; next += 1)
      length = length * 10 + u8(body, next);
    if (u8(body, at) > 1 || u8(body, next) !== 0xff) break;
    const end = Math.min(body.length, next + 1 + length);
    // "b" marks a binary packet in the text form; its content is not looked at.
    packets.push(isText ? Buffer.from(latin1(body, next + 1, end), "latin1").toString("utf8") : "b");
    at = next + 1 + length;
  }
  return packets;
}

function unquote(json: string): string {
  try {
    return String(JSON.parse(json));
  } catch {
    return "";
  }
}

export interface EngineIoRefusal {
  /** 0 transport, 1 sid, 2 method, 3 bad request, 4 forbidden, 5 protocol version. */
  readonly code: number;
  readonly message: string;
}

/** The body of an Engine.IO server's 400 or 403: `{"code":1,"message":"Session ID unknown"}`. */
export function readEngineIoRefusal(body: Uint8Array): EngineIoRefusal | null {
  const value = parseJson(Buffer.from(body.buffer, body.byteOffset, body.length).toString("utf8"));
  if (!isObject(value) || typeof value["code"] !== "number" || typeof value["message"] !== "string") return null;
  return { code: value["code"], message: oneLine(value["message"]) };
}
