import type { ConnectionFacts } from "../../store/types.ts";
import { pairKey } from "../context/others.ts";
import { handshakeOf, outcomeOf } from "../handshake/upgrade-outcome.ts";
import { pathOf } from "../reading/reading.ts";
import { BESIDE_NS } from "../upgrade/answer-causes.ts";

/**
 * Of the connections in their order, the one before on which the same client asked the same proxy for the same path of Socket.IO
 * and got the same word: its WebSocket and its polls have one backend, and one trouble.
 */
export function alikeAtProxy(): (connection: ConnectionFacts) => ConnectionFacts | null {
  const latest = new Map<string, ConnectionFacts>();
  return (connection) => {
    if (outcomeOf(connection) !== "gateway") return null;
    const { request, response } = handshakeOf(connection) ?? {};
    if (!request || !response || !/[?&]EIO=\d/.test(request.target)) return null;
    const key = `${pairKey(connection)} ${response.status} ${pathOf(request.target)}`;
    const last = latest.get(key);
    latest.set(key, connection);
    const isNear = last !== undefined && connection.first.timestampNs - last.first.timestampNs <= BESIDE_NS;
    return isNear ? last : null;
  };
}
