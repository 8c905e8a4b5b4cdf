import { isObject, jsonOf, stringOr } from "../payload.ts";
import type { PayloadReader } from "../types.ts";
import { errorText, named } from "./named.ts";

/** Vite's hot module replacement: not the application's socket, though it stands on the same port. */
export const viteHmrReader: PayloadReader = (payload, { subprotocol }) => {
  if (subprotocol !== "vite-hmr" && subprotocol !== "vite-ping") return null;
  const value = jsonOf(payload);
  if (!isObject(value) || typeof value["type"] !== "string") return null;
  const messageType = value["type"];
  return named({
    kind: "vite-hmr",
    protocol: "Vite HMR",
    messageType,
    details: stringOr(value["event"], stringOr(value["path"], "")),
    heartbeat: messageType === "ping" ? "beat" : null,
    errorMessage: messageType === "error" ? errorText(value["err"]) : null,
  });
};
