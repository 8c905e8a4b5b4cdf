import type { HttpExchangeFacts, NotHttpFacts } from "../../store/http-types.ts";
import type { ConnectionFacts } from "../../store/types.ts";
import { isPoll } from "../handshake/upgrade-outcome.ts";
import { wantsWebSocket } from "../reading/reading.ts";

/** RFC 9113 §6.5: a server begins with a SETTINGS frame on stream 0, of whole parameters. */
export const isSettings = (bytes: Uint8Array): boolean =>
  bytes.length >= 9 &&
  bytes[0] === 0 &&
  (((bytes[1] ?? 0) << 8) | (bytes[2] ?? 0)) % 6 === 0 &&
  bytes[3] === 4 &&
  bytes.subarray(4, 9).every((byte) => byte === 0);

const asksForWebSocket = (exchange: HttpExchangeFacts): boolean =>
  exchange.request !== null && exchange.response === null && (wantsWebSocket(exchange.request) || isPoll(exchange));

/** Both ends agreed on HTTP/2 inside TLS (RFC 7301), and the client then asked for a WebSocket in HTTP/1.1: that request; null: not so. */
export const askedInsideHttp2 = ({ tls, exchanges }: ConnectionFacts): HttpExchangeFacts | null =>
  tls?.applicationProtocol === "h2" ? (exchanges.find(asksForWebSocket) ?? null) : null;

/** A request for a WebSocket, or a poll of Socket.IO, came as HTTP/1.1 in the clear, and the server spoke HTTP/2. */
export function answeredByHttp2(
  connection: ConnectionFacts,
): { readonly asked: HttpExchangeFacts; readonly answer: NotHttpFacts } | null {
  const answer = connection.notHttp[1];
  if (answer === null || connection.tls !== null || !isSettings(answer.firstBytes)) return null;
  const asked = connection.exchanges.find(asksForWebSocket);
  return asked === undefined ? null : { asked, answer };
}
