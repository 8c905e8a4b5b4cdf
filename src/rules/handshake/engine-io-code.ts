import type { HttpExchangeFacts } from "../../store/http-types.ts";
import { bodyLine, fieldValue, wantsWebSocket } from "../reading/reading.ts";
import type { VariantOf } from "../types.ts";

export type EngineIoRefusal = VariantOf<"eio.request.refused">;

/** Engine.IO's own error codes, in the body as {"code":n,"message":…} (engine.io/lib/server.ts). */
const KINDS: readonly EngineIoRefusal[] = [
  "transport",
  "session",
  "handshakeMethod",
  "badRequest",
  "forbidden",
  "protocolVersion",
];

const CODE = /^\s*\{\s*"code"\s*:\s*([0-5])\s*[,}]/;

/** Over WebSocket the upgrade is refused with the message alone, as plain text. */
const MESSAGES: Readonly<Record<string, EngineIoRefusal>> = {
  "Transport unknown": "transport",
  "Session ID unknown": "session",
  "Bad handshake method": "handshakeMethod",
  "Unsupported protocol version": "protocolVersion",
  "Bad request": "badRequest",
  Forbidden: "forbidden",
};

/** What ws says of a handshake that it does not take, in the same form. */
const OF_WS = /Sec-WebSocket|Upgrade header|HTTP method|^Bad Request$/i;

/** Whatever else is said so in one line to an upgrade of Engine.IO is the message of an allowRequest of the application's. */
const isOwnMessage = ({ request, response }: HttpExchangeFacts, text: string): boolean =>
  response?.status === 400 &&
  request !== null &&
  wantsWebSocket(request) &&
  /[?&]EIO=\d/.test(request.target) &&
  fieldValue(response, "content-type") === "text/html" &&
  /^[^<{\n]{1,200}$/.test(text) &&
  !OF_WS.test(text);

/** python-engineio's words, a JSON string (engineio/base_server.py). */
const PYTHON: readonly (readonly [RegExp, EngineIoRefusal])[] = [
  [/^"?Invalid session/, "session"],
  [/^"?Invalid transport/, "transport"],
  [/^"?The client is using an unsupported version/, "protocolVersion"],
  [/is not an accepted origin/, "forbidden"],
];

const NO_TRANSPORT = /^Transport unknown$|^\{"code":0,"message":"Transport unknown"\}$/;

/** What an Engine.IO server refused, by its own code or message; null: not its refusal. */
export function engineIoCode(exchange: HttpExchangeFacts): EngineIoRefusal | null {
  const target = exchange.request?.target ?? "";
  const text = exchange.responseBodyPreview.trim();
  const status = exchange.response?.status;
  // Who asks without these parameters is no client of Engine.IO, or lost them, but is answered by one of its servers.
  if (!/[?&](EIO|transport)=/.test(target)) return status === 400 && NO_TRANSPORT.test(text) ? "noTransport" : null;
  if (status !== 400 && status !== 403) return null;
  const digit = CODE.exec(exchange.responseBodyPreview)?.[1];
  if (digit !== undefined) return KINDS[Number(digit)] ?? null;
  const known = MESSAGES[text] ?? PYTHON.find(([words]) => words.test(text))?.[1] ?? null;
  return known ?? (isOwnMessage(exchange, text) ? "forbidden" : null);
}

const MESSAGE = /"message"\s*:\s*"((?:[^"\\]|\\.){1,200})"/;

/** The application's own words of a refusal; "": none but Engine.IO's. */
export function refusalMessage({ responseBodyPreview }: HttpExchangeFacts): string {
  const text = responseBodyPreview.trim();
  const said = text.startsWith("{") ? (MESSAGE.exec(text)?.[1] ?? "") : bodyLine(text);
  return said in MESSAGES ? "" : said;
}
