import type { ConnectionFacts } from "../../store/types.ts";
import { pairKey } from "../context/others.ts";
import { handshakeOf, type Outcome, outcomeOf } from "../handshake/upgrade-outcome.ts";
import { fieldValue, pathOf } from "../reading/reading.ts";
import { BESIDE_NS } from "../upgrade/answer-causes.ts";

const ALIKE: ReadonlySet<Outcome> = new Set(["gateway", "refused", "redirected"]);

/**
 * Of the connections in their order, the one before on which the same client asked the same proxy for the same path of Socket.IO
 * and got the same word: its WebSocket and its polls have one backend, and one trouble.
 */
export function alikeAtProxy(): (connection: ConnectionFacts) => ConnectionFacts | null {
  const latest = new Map<string, ConnectionFacts>();
  return (connection) => {
    const outcome = outcomeOf(connection);
    const exchange = ALIKE.has(outcome) ? handshakeOf(connection) : null;
    const { request, response } = exchange ?? {};
    if (!exchange || !request || !response || !/[?&]EIO=\d/.test(request.target)) return null;
    // Refused or sent elsewhere, it is one trouble where it is said in the same words.
    const words =
      outcome === "gateway" ? "" : `${exchange.responseBodyPreview} ${fieldValue(response, "location")?.split("?")[0]}`;
    const key = `${pairKey(connection)} ${response.status} ${pathOf(request.target)} ${words}`;
    const last = latest.get(key);
    latest.set(key, connection);
    const isNear = last !== undefined && connection.first.timestampNs - last.first.timestampNs <= BESIDE_NS;
    return isNear ? last : null;
  };
}
