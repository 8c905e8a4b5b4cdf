import type { HttpExchangeFacts } from "../../store/http-types.ts";
import type { ConnectionFacts } from "../../store/types.ts";
import { fieldValue } from "../reading/reading.ts";
import { forwardedBy, handshakeOf, proxyOf } from "./upgrade-outcome.ts";

/** Vite's own socket for hot reload on the development port: not the application's. */
export const isViteHmr = (connection: ConnectionFacts): boolean => {
  const request = handshakeOf(connection)?.request;
  return /^vite-(hmr|ping)$/.test((request && fieldValue(request, "sec-websocket-protocol")) ?? "");
};

/** Development servers are called by the browser itself, at ports that need no rights; a proxy of production is none. */
export const mayBeDevServer = ({ server }: ConnectionFacts, exchange: HttpExchangeFacts | null): boolean =>
  server.port !== 80 &&
  server.port !== 443 &&
  forwardedBy(exchange) === null &&
  (exchange === null || proxyOf(exchange) === null);
