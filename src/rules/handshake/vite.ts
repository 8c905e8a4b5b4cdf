import type { ConnectionFacts } from "../../store/types.ts";
import { fieldValue } from "../reading/reading.ts";
import { handshakeOf } from "./upgrade-outcome.ts";

/** Vite's own socket for hot reload on the development port: not the application's. */
export const isViteHmr = (connection: ConnectionFacts): boolean => {
  const request = handshakeOf(connection)?.request;
  return /^vite-(hmr|ping)$/.test((request && fieldValue(request, "sec-websocket-protocol")) ?? "");
};
