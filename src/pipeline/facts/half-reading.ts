import { CLIENT, SERVER, sideOf } from "../../base/brand.ts";
import type { HalfReading } from "../../store/tls-types.ts";
import type { ConnectionFacts } from "../../store/types.ts";

/** What the peers said to each other, as opposed to how TCP and TLS carried it. */
export type SaidFacts = Pick<
  ConnectionFacts,
  "exchanges" | "exchangeCount" | "upgrade" | "notHttp" | "webSocket" | "session" | "tokens"
>;

/**
 * Of a connection whose keys opened one direction only nothing is told as said: every rule would take the silence of the
 * other one for silence.
 */
export const NOTHING_SAID: SaidFacts = {
  exchanges: [],
  exchangeCount: 0,
  upgrade: null,
  notHttp: [null, null],
  webSocket: null,
  session: null,
  tokens: [],
};

/** What of it is worth showing all the same. */
export function halfReading({ exchanges, webSocket }: SaidFacts): HalfReading {
  const request = exchanges.find((exchange) => exchange.request !== null)?.request ?? null;
  const response = exchanges.find((exchange) => exchange.response !== null)?.response ?? null;
  return {
    request: request === null ? null : { ...request.first, method: request.method, target: request.target },
    response: response === null ? null : { ...response.first, status: response.status, reason: response.reason },
    closeFrames: ([CLIENT, SERVER] as const).flatMap((direction) => {
      const frame = webSocket?.closeFrames[direction] ?? null;
      if (frame === null) return [];
      const { packet, timestampNs, code, reason } = frame;
      return [{ packet, timestampNs, from: sideOf(direction), code, reason }];
    }),
  };
}
