import type { ConnectionFacts } from "../../store/types.ts";
import { shows } from "../draft.ts";
import { serverOf, targetOf } from "../reading/reading.ts";
import { handshakeOf, outcomeOf } from "./upgrade-outcome.ts";

/** Both heads of a handshake that was answered 101. */
export function switched(connection: ConnectionFacts) {
  if (outcomeOf(connection) !== "switched") return null;
  const exchange = handshakeOf(connection);
  if (!exchange?.request || !exchange.response || connection.upgrade?.otherProtocol) return null;
  const { request, response } = exchange;
  return {
    request,
    response,
    target: targetOf(exchange),
    server: serverOf(connection),
    /** Made for the few that need it. */
    evidence: () => [
      shows(request.first, "upgradeRequest", { target: targetOf(exchange) }),
      shows(response.first, "response", { status: response.status, reason: response.reason }),
    ],
  };
}
