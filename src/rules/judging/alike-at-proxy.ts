import type { HttpExchangeFacts } from "../../store/http-types.ts";
import type { Analysis, ConnectionFacts } from "../../store/types.ts";
import { pairKey } from "../context/others.ts";
import { handshakeOf, type Outcome, outcomeOf } from "../handshake/upgrade-outcome.ts";
import { fieldValue, pathOf } from "../reading/reading.ts";
import { BESIDE_NS } from "../upgrade/answer-causes.ts";
import { unansweredOpening } from "../upgrade/polls.ts";

const ALIKE: ReadonlySet<Outcome> = new Set(["gateway", "refused", "redirected", "unanswered"]);

/**
 * Of the connections in their order, the one before on which the same client asked the same server for the same path of Socket.IO
 * and got the same word, or none: its WebSocket and its polls have one backend, and one trouble.
 */
export function alikeAtProxy(analysis: Analysis): (connection: ConnectionFacts) => ConnectionFacts | null {
  const latest = new Map<string, ConnectionFacts>();
  return (connection) => {
    const outcome = outcomeOf(connection);
    const exchange = ALIKE.has(outcome)
      ? handshakeOf(connection)
      : outcome === "none"
        ? (unansweredOpening(connection, analysis)?.exchange ?? null)
        : null;
    const target = exchange?.request?.target ?? "";
    if (exchange === null || !/[?&]EIO=\d/.test(target)) return null;
    const key = `${pairKey(connection)} ${pathOf(target)} ${wordOf(exchange, outcome)}`;
    const last = latest.get(key);
    latest.set(key, connection);
    const isNear = last !== undefined && connection.first.timestampNs - last.first.timestampNs <= BESIDE_NS;
    return isNear ? last : null;
  };
}

/** Refused or sent elsewhere, it is one trouble where it is said in the same words. */
function wordOf({ response, responseBodyPreview }: HttpExchangeFacts, outcome: Outcome): string {
  if (response === null || outcome === "unanswered" || outcome === "none") return "";
  if (outcome === "gateway") return String(response.status);
  return `${response.status} ${responseBodyPreview} ${fieldValue(response, "location")?.split("?")[0]}`;
}
