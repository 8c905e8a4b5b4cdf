import { heartbeatOf } from "../heartbeat.ts";
import { isObject, oneLine, parseJson, stringOr } from "../payload.ts";
import type { AuthSlip, SocketIoPacket, SocketIoReading } from "../types.ts";

const PACKETS: readonly SocketIoPacket[] = [
  "CONNECT",
  "DISCONNECT",
  "EVENT",
  "ACK",
  "CONNECT_ERROR",
  "BINARY_EVENT",
  "BINARY_ACK",
];

/** Type, attachments, namespace, acknowledgment id; the rest is JSON. */
const HEAD = /^([0-6])(?:(\d{1,9})-)?(\/[^,]*(?:,|$))?(\d{0,20})/;

/** What `auth: { token }` becomes when there is no token: nothing to log in with. */
const EMPTY_AUTH = /^\{(?:"[^"\\]*":(?:null|""|false),?)*\}$/;

/**
 * A Socket.IO packet, protocol 3 to 5, as text. Own and not socket.io-parser's: an observer wants the head of binary
 * packets without waiting for their attachments, and of packets whose JSON was cut off or is wrong.
 * null: not a packet.
 */
export function readSocketIo(text: string, complete: boolean): SocketIoReading | null {
  const match = HEAD.exec(text);
  const packet = PACKETS[Number(match?.[1])];
  if (match === null || packet === undefined) return null;
  const binary = packet === "BINARY_EVENT" || packet === "BINARY_ACK";
  if (binary !== (match[2] !== undefined)) return null;
  const rest = text.slice(match[0].length);
  const data = complete ? parseData(rest) : undefined;
  if (complete && !fits(packet, rest, data)) return null;
  // Clients of protocol 4 and before put the query, often with a token, behind the namespace.
  const [namespace = "/", query] = (match[3] ?? "/").replace(/,$/, "").split("?");
  const ackId = match[4] === "" || match[4] === undefined ? null : Number(match[4]);
  const eventName = packet === "EVENT" || packet === "BINARY_EVENT" ? eventOf(rest, data) : null;
  const errorMessage = errorIn(packet, eventName, data, rest);
  return {
    kind: "socket.io",
    label: `Socket.IO ${packet}`,
    summary: oneLine(summaryOf(packet, namespace, ackId, packet === "CONNECT_ERROR" ? errorMessage : null, rest)),
    heartbeat: eventName === null ? null : heartbeatOf(eventName),
    packet,
    namespace: oneLine(namespace),
    eventName: eventName === null ? null : oneLine(eventName),
    ackId,
    attachments: Number(match[2] ?? 0),
    errorMessage: errorMessage === null ? null : oneLine(errorMessage),
    hasAuth: packet === "CONNECT" && (query !== undefined || (rest !== "" && !EMPTY_AUTH.test(rest))),
    authSlip: packet === "CONNECT" ? slipIn(data) : null,
    errorDetails: packet === "CONNECT_ERROR" ? detailsOf(data) : null,
  };
}

const UNSET = /^(?:undefined|null|NaN|\[object \w+\])$/;

/** Values only: names of keys are the application's. */
function slipIn(data: unknown): AuthSlip | null {
  if (!isObject(data)) return null;
  const texts = Object.values(data).filter((value) => typeof value === "string");
  if (texts.some((text) => UNSET.test(text.replace(/^Bearer\s+/i, "")))) return "unset";
  return texts.some((text) => /^Bearer\s/i.test(text)) ? "bearer" : null;
}

const DETAILS_CHARACTERS = 120;
/** No word of a reason is so long: a token, or an id. */
const LONG_WORD = /[^\s"'{}[\]:,]{24,}/g;

function detailsOf(data: unknown): string | null {
  const details = isObject(data) ? data["data"] : undefined;
  if (details === undefined || details === null) return null;
  const text = typeof details === "string" ? details : JSON.stringify(details);
  return oneLine(text.replace(LONG_WORD, "…").slice(0, DETAILS_CHARACTERS));
}

/** A string alone is legal in CONNECT_ERROR of protocol 4 and before. */
function parseData(rest: string): unknown {
  if (!rest.startsWith('"')) return parseJson(rest);
  try {
    return JSON.parse(rest);
  } catch {
    return undefined;
  }
}

function fits(packet: SocketIoPacket, rest: string, data: unknown): boolean {
  if (packet === "CONNECT") return rest === "" || isObject(data);
  if (packet === "DISCONNECT") return rest === "";
  if (packet === "CONNECT_ERROR") return rest === "" || typeof data === "string" || isObject(data);
  return Array.isArray(data);
}

/** From the value, or from the beginning of one that was cut off. */
function eventOf(rest: string, data: unknown): string | null {
  if (Array.isArray(data)) return data.length === 0 ? null : String(stringOr(data[0], JSON.stringify(data[0])));
  return /^\["([^"\\]{0,200})"/.exec(rest)?.[1] ?? null;
}

function errorIn(packet: SocketIoPacket, eventName: string | null, data: unknown, rest: string): string | null {
  if (packet === "CONNECT_ERROR") return errorOf(data, rest);
  if (packet === "ACK") return Array.isArray(data) ? failureIn(data[0]) : null;
  return eventName === null ? null : messageOf(eventName, data, rest);
}

function errorOf(data: unknown, rest: string): string {
  if (isObject(data)) return stringOr(data["message"], rest);
  return stringOr(data, rest);
}

/**
 * Names under which applications tell a client that something failed: NestJS says exception, most others error. They begin
 * as `concernsDiagnosis` knows.
 */
const SAYS_ERROR =
  /^(?:error|exception|unauthori[sz]ed|forbidden|auth.{0,20}(?:error|fail.{0,3})|kick.{0,6}|(?:access|auth|jwt|login|session|token)[\w.: -]{0,12}?(?:expired|invalid(?:ated)?|revoked|denied|rejected|error|fail(?:ed|ure)?)|(?:invalid|expired)[_.: -]?(?:jwt|session|token|credentials?))$/i;
const MESSAGE_KEYS = ["message", "msg", "error", "reason", "detail"];

export const saysError = (eventName: string): boolean => SAYS_ERROR.test(eventName);

function messageOf(eventName: string, data: unknown, rest: string): string | null {
  if (!saysError(eventName)) return null;
  const content: unknown = Array.isArray(data) ? data[1] : undefined;
  return content === undefined ? (Array.isArray(data) ? eventName : rest) : wordsOf(content);
}

function wordsOf(content: unknown): string {
  if (typeof content === "string") return content;
  const key = isObject(content) ? MESSAGE_KEYS.find((name) => typeof content[name] === "string") : undefined;
  return isObject(content) && key !== undefined ? String(content[key]) : JSON.stringify(content);
}

/** The beginning of an acknowledgment in which `failureIn` may find something. */
export const MAY_SAY_FAILURE =
  /^\{.*?"(?:status":"(?:error|fail)|error":(?:"|\{)|(?:success|ok)":false|(?:code|status(?:Code)?)":40[13]\b)/;

/** How applications answer a caller whose request failed; null: what this is says nothing of a failure. */
function failureIn(content: unknown): string | null {
  if (!isObject(content)) return null;
  const { status, error, success, ok, code, statusCode } = content;
  const isFailure =
    /^(?:error|fail)/.test(stringOr(status, "")) ||
    success === false ||
    ok === false ||
    [code, status, statusCode].some((one) => one === 401 || one === 403);
  if (isObject(error)) return wordsOf(error);
  return isFailure || (typeof error === "string" && error !== "") ? wordsOf(content) : null;
}

function summaryOf(
  packet: SocketIoPacket,
  namespace: string,
  ackId: number | null,
  errorMessage: string | null,
  rest: string,
): string {
  const id = ackId === null ? "" : ` #${ackId}`;
  // The payload of CONNECT is where tokens travel.
  const content = packet === "CONNECT" ? (rest === "" ? "" : " (payload)") : ` ${errorMessage ?? rest}`;
  return `${packet} ${namespace}${id}${content}`.trimEnd();
}
