import { isUtf8 } from "node:buffer";
import type { Direction } from "../base/brand.ts";
import { latin1, u8 } from "../base/bytes.ts";
import * as limits from "../base/limits.ts";

export interface RequestLine {
  readonly method: string;
  readonly target: string;
  readonly version: string;
}

export interface StatusLine {
  readonly version: string;
  readonly status: number;
  readonly reason: string;
}

const RESPONSE_START = [0x48, 0x54, 0x54, 0x50, 0x2f, 0x31, 0x2e]; // "HTTP/1."
const LF = 0x0a;
const CR = 0x0d;
const SP = 0x20;
const HT = 0x09;

/** tchar of RFC 9110 §5.6.2, one flag a byte value. */
const TOKEN = new Uint8Array(256);
for (const character of "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ") {
  TOKEN[character.charCodeAt(0)] = 1;
}

/**
 * Can `byte`, the `index`-th of a message, belong to a start line? `methodLength` is the length of the method when its
 * space was seen, else 0. Says no as soon as possible: TLS, SSH, Redis and WebSocket frames fail within a few bytes.
 */
export function fitsStartLine(direction: Direction, byte: number, index: number, methodLength: number): boolean {
  if (direction === 1 && index < RESPONSE_START.length) return byte === RESPONSE_START[index];
  if (direction === 0 && methodLength === 0) {
    return TOKEN[byte] === 1 ? index < limits.httpMethodBytes : byte === SP && index > 0;
  }
  // Controls never occur in a start line; bytes from 0x80 on do, in targets and reasons that nobody encoded.
  return byte >= SP ? byte !== 0x7f : byte === HT || byte === CR || byte === LF;
}

/** RFC 9112 §2.2: a bare CR reads as a space, and a line may end in LF alone. */
const cleanLine = (line: string): string => readable(line).replaceAll("\r", " ").trim();

/** Targets and reasons that nobody encoded are UTF-8 most often; where they are not, each byte stands for itself. */
function readable(line: string): string {
  if (!/[\x80-\xff]/.test(line)) return line;
  const bytes = Buffer.from(line, "latin1");
  return isUtf8(bytes) ? bytes.toString("utf8") : line;
}

/** RFC 9112 §3. null: not a request line of HTTP/1.x. Written without a regular expression that could backtrack. */
export function parseRequestLine(text: string): RequestLine | null {
  const line = cleanLine(text);
  const version = line.slice(-8);
  if (!/^HTTP\/1\.\d$/.test(version)) return null;
  const methodEnd = line.indexOf(" ");
  const target = line.slice(methodEnd, -8);
  if (methodEnd < 1 || !/[ \t]$/.test(target.slice(-1)) || target.trim() === "") return null;
  return { method: line.slice(0, methodEnd), target: target.trim(), version: version.slice(5) };
}

/** RFC 9112 §4; the reason phrase and even the space before it may be missing. */
export function parseStatusLine(text: string): StatusLine | null {
  const match = /^HTTP\/(1\.\d)[ \t]+(\d{3})(?:[ \t](.*))?$/s.exec(cleanLine(text));
  if (match === null) return null;
  return { version: match[1] ?? "", status: Number(match[2]), reason: (match[3] ?? "").trim() };
}

/**
 * What there is of a request line whose end the capture does not hold, in the first packet of a message: a registered
 * method and a target, which ends in an ellipsis when it may go on; the version is empty when it is not there.
 */
export function parseCutRequestLine(text: string): RequestLine | null {
  if (!METHODS.test(text)) return null;
  const [method = "", target = "", version] = cleanLine(text).split(" ");
  if (version === undefined) return { method, target: `${target}…`, version: "" };
  return { method, target, version: /^HTTP\/1\.\d$/.test(version) ? version.slice(5) : "" };
}

const METHODS =
  /^(?:GET|HEAD|POST|PUT|DELETE|OPTIONS|PATCH|TRACE|CONNECT|PROPFIND|REPORT) (?:\/|\*|https?:\/\/|[\w.[-])/;
const START_BYTES = 2048;

/**
 * Does a message surely start here? For finding the way back after a gap, and for telling who is the client: a whole
 * start line, or a registered method with the beginning of a target where the line is longer than what is there.
 */
export function startsMessage(direction: Direction, bytes: Uint8Array, start: number, end: number): boolean {
  const last = Math.min(end, start + START_BYTES);
  let lineEnd = start;
  for (; lineEnd < last && u8(bytes, lineEnd) !== LF; lineEnd += 1) {
    if (direction === 1 && !fitsStartLine(1, u8(bytes, lineEnd), lineEnd - start, 0)) return false;
  }
  const line = latin1(bytes, start, lineEnd);
  if (direction === 1) return parseStatusLine(line) !== null;
  if (!METHODS.test(line)) return false;
  return lineEnd === last || parseRequestLine(line) !== null;
}
