import { jsonOf, stringOr } from "../payload.ts";
import type { PayloadReader } from "../types.ts";
import { named } from "./named.ts";

/** Message types of OCPP-J 1.6 §4.1 and 2.0.1 part 4 §4. */
const TYPES: Readonly<Record<number, string>> = { 2: "CALL", 3: "CALLRESULT", 4: "CALLERROR" };

/** OCPP, charging stations: [type, id, action, payload]. Only where the subprotocol says so: the form is too plain. */
export const ocppReader: PayloadReader = (payload, { subprotocol }) => {
  if (!payload.text?.startsWith("[") || !/^ocpp\d/.test(subprotocol ?? "")) return null;
  const value = jsonOf(payload);
  if (!Array.isArray(value) || typeof value[1] !== "string") return null;
  const messageType = TYPES[Number(value[0])];
  if (messageType === undefined) return null;
  const action = messageType === "CALL" ? stringOr(value[2], "?") : "";
  const error = messageType === "CALLERROR" ? `${stringOr(value[2], "?")}: ${stringOr(value[3], "")}` : null;
  return named({
    kind: "ocpp",
    protocol: "OCPP",
    messageType: action === "" ? messageType : `${messageType} ${action}`,
    details: `#${value[1]} ${JSON.stringify(value.at(-1))}`,
    heartbeat: action === "Heartbeat" ? "ping" : null,
    errorMessage: error,
  });
};
