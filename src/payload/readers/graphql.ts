import { isObject, jsonOf, stringOr } from "../payload.ts";
import type { GraphQlProtocol, PayloadReader } from "../types.ts";
import { errorText, named } from "./named.ts";

/** graphql-transport-ws (PROTOCOL.md of graphql-ws). */
const TRANSPORT = new Set([
  "connection_init",
  "connection_ack",
  "ping",
  "pong",
  "subscribe",
  "next",
  "error",
  "complete",
]);
/** Its predecessor, whose subprotocol is, confusingly, "graphql-ws". */
const LEGACY = new Set([
  "connection_init",
  "connection_ack",
  "connection_error",
  "connection_terminate",
  "ka",
  "start",
  "stop",
  "data",
  "error",
  "complete",
]);

/** Without a subprotocol: words that nobody else uses. */
const UNMISTAKABLE = /^connection_(?:init|ack|error|terminate)$/;

function protocolOf(subprotocol: string | null, type: string): GraphQlProtocol | null {
  if (subprotocol === "graphql-transport-ws") return TRANSPORT.has(type) ? subprotocol : null;
  if (subprotocol === "graphql-ws") return LEGACY.has(type) ? "subscriptions-transport-ws" : null;
  if (subprotocol !== null || !UNMISTAKABLE.test(type)) return null;
  return TRANSPORT.has(type) ? "graphql-transport-ws" : "subscriptions-transport-ws";
}

export const graphQlReader: PayloadReader = (payload, hints) => {
  if (payload.text === null || !payload.text.startsWith("{")) return null;
  const value = jsonOf(payload);
  if (!isObject(value) || typeof value["type"] !== "string") return null;
  const type = value["type"];
  const kind = protocolOf(hints.subprotocol, type);
  if (kind === null) return null;
  const id = stringOr(value["id"], "");
  const body = value["payload"];
  // connection_init carries the login; its payload stays out.
  const details = type === "connection_init" || body === undefined ? id : `${id} ${JSON.stringify(body)}`.trim();
  return named({
    kind,
    protocol: "GraphQL",
    messageType: type,
    details,
    heartbeat: type === "ping" || type === "pong" ? type : type === "ka" ? "beat" : null,
    errorMessage: type === "error" || type === "connection_error" ? errorText(body) : null,
  });
};
