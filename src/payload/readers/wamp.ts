import { isObject, jsonOf, stringOr } from "../payload.ts";
import type { PayloadReader } from "../types.ts";
import { named } from "./named.ts";

/** Message codes of the WAMP 2 specification, §6.5. */
const TYPES: Readonly<Record<number, string>> = {
  1: "HELLO",
  2: "WELCOME",
  3: "ABORT",
  4: "CHALLENGE",
  5: "AUTHENTICATE",
  6: "GOODBYE",
  8: "ERROR",
  16: "PUBLISH",
  17: "PUBLISHED",
  32: "SUBSCRIBE",
  33: "SUBSCRIBED",
  34: "UNSUBSCRIBE",
  35: "UNSUBSCRIBED",
  36: "EVENT",
  48: "CALL",
  49: "CANCEL",
  50: "RESULT",
  64: "REGISTER",
  65: "REGISTERED",
  66: "UNREGISTER",
  67: "UNREGISTERED",
  68: "INVOCATION",
  69: "INTERRUPT",
  70: "YIELD",
};

/** WAMP over JSON: an array that begins with a message code. */
export const wampReader: PayloadReader = (payload, { subprotocol }) => {
  if (!payload.text?.startsWith("[")) return null;
  const value = jsonOf(payload);
  if (!Array.isArray(value) || typeof value[0] !== "number") return null;
  const messageType = TYPES[value[0]];
  const asked = subprotocol?.startsWith("wamp.2.json") ?? false;
  const hello = messageType === "HELLO" && typeof value[1] === "string" && isObject(value[2]) && "roles" in value[2];
  if (messageType === undefined || !(asked || (subprotocol === null && hello))) return null;
  return named({
    kind: "wamp",
    protocol: "WAMP",
    messageType,
    // AUTHENTICATE carries the signature.
    details: messageType === "AUTHENTICATE" ? "" : uriOf(value),
    errorMessage: failureOf(messageType, value),
  });
};

/** The first string: realm, topic, procedure or reason. */
const uriOf = (value: readonly unknown[]): string =>
  stringOr(
    value.find((part) => typeof part === "string"),
    "",
  );

/** ABORT and GOODBYE: [code, details, reason]; a GOODBYE that says goodbye is no failure. */
function failureOf(messageType: string, value: readonly unknown[]): string | null {
  if (messageType !== "ABORT" && messageType !== "GOODBYE" && messageType !== "ERROR") return null;
  const reason = uriOf(value);
  if (messageType === "GOODBYE" && /goodbye|close/.test(reason)) return null;
  const details: unknown = value[1];
  return isObject(details) && typeof details["message"] === "string" ? `${reason}: ${details["message"]}` : reason;
}
