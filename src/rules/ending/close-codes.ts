import type { VariantOf } from "../types.ts";

type CodeVariant = Exclude<VariantOf<"ws.close.code">, "saidInProtocol" | "saidInMqtt">;

/** RFC 6455 §7.4.1 and https://www.iana.org/assignments/websocket : codes that have a text of their own. */
const REGISTERED: Readonly<Record<number, CodeVariant>> = {
  1001: "goingAway",
  1002: "protocolError",
  1003: "unsupportedData",
  1007: "invalidPayload",
  1008: "policy",
  1009: "tooBig",
  1010: "extension",
  1011: "internal",
  1012: "restart",
  1013: "tryLater",
  1014: "badGateway",
  3000: "unauthorized",
  3003: "forbidden",
  3008: "timeout",
};

/** graphql-transport-ws (https://github.com/enisdenjo/graphql-ws/blob/master/PROTOCOL.md) */
export const GRAPHQL_CODES: ReadonlySet<number> = new Set([
  4400, 4401, 4403, 4404, 4406, 4408, 4409, 4429, 4499, 4500, 4504,
]);

/** A server that says one of these turns the client away: its login, or its rights, are not enough. */
export const LOGIN_CODES: ReadonlySet<number | null> = new Set([1008, 3000, 3003, 4401, 4403, 4001, 4003]);

/** Codes that an endpoint must not put on the wire (RFC 6455 §7.4.1, §7.4.2). */
export const isReservedCode = (code: number): boolean =>
  code < 1000 || code === 1004 || code === 1005 || code === 1006 || (code >= 1015 && code < 3000) || code >= 5000;

/** Which text explains a close code; null: a normal closure (1000, or no code at all), or a code that must not be sent. */
export function codeVariant(code: number | null, subprotocol: string | null): CodeVariant | null {
  if (code === null || code === 1000) return null;
  const registered = REGISTERED[code];
  if (registered !== undefined) return registered;
  if (code >= 4000 && code < 5000)
    return GRAPHQL_CODES.has(code) && /^graphql-(transport-)?ws$/.test(subprotocol ?? "") ? "graphql" : "private";
  return code >= 3000 && code < 4000 ? "registered" : null;
}
