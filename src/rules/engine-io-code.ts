import type { HttpExchangeFacts } from "../store/http-types.ts";
import type { VariantOf } from "./types.ts";

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
};

/** python-engineio's words, a JSON string (engineio/base_server.py). */
const PYTHON: readonly (readonly [RegExp, EngineIoRefusal])[] = [
  [/^"?Invalid session/, "session"],
  [/^"?Invalid transport/, "transport"],
  [/^"?The client is using an unsupported version/, "protocolVersion"],
  [/is not an accepted origin/, "forbidden"],
];

/** What an Engine.IO server refused, by its own code or message; null: not its refusal. */
export function engineIoCode(exchange: HttpExchangeFacts): EngineIoRefusal | null {
  const target = exchange.request?.target ?? "";
  if (!/[?&](EIO|transport)=/.test(target)) return null;
  const status = exchange.response?.status;
  if (status !== 400 && status !== 403) return null;
  const digit = CODE.exec(exchange.responseBodyPreview)?.[1];
  if (digit !== undefined) return KINDS[Number(digit)] ?? null;
  const text = exchange.responseBodyPreview.trim();
  return MESSAGES[text] ?? PYTHON.find(([words]) => words.test(text))?.[1] ?? null;
}
