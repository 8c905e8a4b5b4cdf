import { i32be, u8 } from "../base/bytes.ts";
import * as limits from "../base/limits.ts";
import { BEGINNING_BYTES } from "../base/masked-text.ts";

type Heartbeat = "ping" | "pong" | null;

const PINGS = new Set(["ping", "heartbeat", "hb", "keepalive", "alive"]);
const ANSWERS = new Set(["ack", "reply", "response", "resp", "ok"]);

/** "ping", "heartbeatAck", "client:keep_alive" … by their words; "typing" and "shopping" are none. */
export function heartbeatOf(name: string): Heartbeat {
  if (name.length > 40) return null;
  const words = name
    .replace(/([a-z])([A-Z])/g, "$1 $2")
    .toLowerCase()
    .replace(/keep[ _-]?alive/, "keepalive")
    .replace(/heart[ _-]?beat/, "heartbeat")
    .split(/[^a-z]+/);
  if (words.includes("pong")) return "pong";
  if (!words.some((word) => PINGS.has(word))) return null;
  return words.some((word) => ANSWERS.has(word)) ? "pong" : "ping";
}

/** So much of a message is looked at for words; what lies behind never changes the answer. */
const LOOK_BYTES = BEGINNING_BYTES;
/** Last letters of the words below: only there is it worth to look back. */
const LAST_LETTER = new Uint8Array(256);
for (const letter of "grvbaGRVBA") LAST_LETTER[letter.charCodeAt(0)] = 1;

/** ping, pong, hear(tbeat), (ke)epal(ive) and aliv(e), "hb and "ka: their last four (or three) bytes in lower case. */
function isWord(lastFour: number): boolean {
  if (lastFour === 0x70696e67 || lastFour === 0x706f6e67 || lastFour === 0x68656172 || lastFour === 0x616c6976)
    return true;
  const lastThree = lastFour & 0xff_ffff;
  return lastThree === 0x226862 || lastThree === 0x226b61;
}

function hasWord(bytes: Uint8Array, start: number, end: number): boolean {
  const last = Math.min(end, start + LOOK_BYTES);
  for (let at = start + 3; at < last; at += 1) {
    // The bit makes letters small and leaves the quote as it is.
    if (LAST_LETTER[u8(bytes, at)] === 1 && isWord(i32be(bytes, at - 3) | 0x2020_2020)) return true;
  }
  return false;
}

/**
 * Is this message worth a full reading for the rules: heartbeats, openings, refusals and endings of the known
 * protocols? Looks at a few bytes and allocates nothing, so that it can be asked of every message; says yes too often
 * rather than too seldom.
 */
export function concernsDiagnosis(bytes: Uint8Array, start: number, end: number, isText: boolean): boolean {
  const length = end - start;
  if (length === 0) return false;
  const first = u8(bytes, start);
  const second = length > 1 ? u8(bytes, start + 1) : 0;
  if (!isText) {
    // MQTT: CONNECT, and the short CONNACK, PINGREQ, PINGRESP, DISCONNECT.
    const type = first >> 4;
    return type === 1 || (length <= limits.heartbeatMessageBytes && (type === 2 || type >= 12));
  }
  // Engine.IO: open, close, ping, pong, upgrade, noop; Socket.IO: CONNECT, DISCONNECT, CONNECT_ERROR, events that say error.
  if (first === 0x30) return second === 0x7b;
  if (first >= 0x31 && first <= 0x36 && first !== 0x34) return length === 1 || length === 6;
  if (first === 0x34) {
    if (second !== 0x32) return second === 0x30 || second === 0x31 || second === 0x34;
    if (isErrorEvent(bytes, start, end)) return true;
  }
  // SockJS o, h, c[…]; STOMP's line feed, CONNECT, CONNECTED, ERROR.
  if (length === 1) return first === 0x6f || first === 0x68 || first === 0x0a;
  if (first === 0x63 && second === 0x5b) return true;
  if ((first === 0x43 && second === 0x4f) || (first === 0x45 && second === 0x52)) return true;
  // WAMP ABORT and GOODBYE; SignalR ping and close, which have numbers for names.
  if (first === 0x5b && (second === 0x33 || second === 0x36)) return true;
  if (length <= limits.heartbeatMessageBytes && hasWord(bytes, start, end)) return true;
  return first === 0x7b && length > 9 && beginsWithType(bytes, start) && isSignalOrError(bytes, start + 8);
}

/**
 * Socket.IO's `42/im,["error"`, …exce(ption), unau(thorized), forb(idden), auth…, kick…, inva(lid_token), expi(red_token): by
 * the first four letters; token…, jwt…, sess(ion)…, logi(n)…, acce(ss)… also by what is said of it: models stream tokens.
 */
function isErrorEvent(bytes: Uint8Array, start: number, end: number): boolean {
  const last = Math.min(end, start + LOOK_BYTES) - 6;
  for (let at = start + 2; at <= last; at += 1) {
    if (u8(bytes, at) !== 0x5b) continue;
    const letters = i32be(bytes, at + 2) | 0x2020_2020;
    return ERROR_LETTERS.has(letters) || (namesLogin(letters) && hasFailed(bytes, at + 5, last + 2));
  }
  return false;
}

const ERROR_LETTERS: ReadonlySet<number> = new Set([
  0x6572_726f, 0x6578_6365, 0x756e_6175, 0x666f_7262, 0x6175_7468, 0x6b69_636b, 0x696e_7661, 0x6578_7069,
]);
const LOGIN_LETTERS: ReadonlySet<number> = new Set([0x746f_6b65, 0x7365_7373, 0x6c6f_6769, 0x6163_6365]);
const JWT = 0x6a_7774;
/** expi(red), inva(lid), revo(ked), deni(ed), reje(cted), erro(r), fail(ed). */
const FAILED_LETTERS: ReadonlySet<number> = new Set([
  0x6578_7069, 0x696e_7661, 0x7265_766f, 0x6465_6e69, 0x7265_6a65, 0x6572_726f, 0x6661_696c,
]);

const namesLogin = (letters: number): boolean => LOGIN_LETTERS.has(letters) || letters >>> 8 === JWT;

/** To the end of the event's name. */
function hasFailed(bytes: Uint8Array, start: number, last: number): boolean {
  for (let at = start; at <= last && u8(bytes, at) !== 0x22; at += 1)
    if (FAILED_LETTERS.has(i32be(bytes, at) | 0x2020_2020)) return true;
  return false;
}

/** `{"type":` as two words. */
const beginsWithType = (bytes: Uint8Array, start: number): boolean =>
  i32be(bytes, start) === 0x7b227479 && i32be(bytes, start + 4) === 0x7065223a;

/**
 * The numbers 6 and 7 are SignalR's; names of GraphQL begin with c (connection_…), e (error) or k (ka). Most messages of
 * most applications begin with a type: only these letters are worth a reading.
 */
function isSignalOrError(bytes: Uint8Array, at: number): boolean {
  const byte = u8(bytes, at);
  if (byte !== 0x22) return byte === 0x36 || byte === 0x37;
  const letter = u8(bytes, at + 1);
  return letter === 0x63 || letter === 0x65 || letter === 0x6b;
}
