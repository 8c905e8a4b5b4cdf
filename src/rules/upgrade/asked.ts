import type { HttpExchangeFacts } from "../../store/http-types.ts";
import { shows } from "../draft.ts";
import { isPoll } from "../handshake/upgrade-outcome.ts";
import { fieldValue, targetOf } from "../reading/reading.ts";
import type { EvidenceItem } from "../types.ts";

/** The request that came to nothing, as evidence: an upgrade, or a poll of Socket.IO. */
export function askedFor(exchange: HttpExchangeFacts, origin: string | null = null): EvidenceItem | null {
  const { request } = exchange;
  if (request === null) return null;
  const words = { target: targetOf(exchange), host: fieldValue(request, "host"), origin };
  return shows(request.first, isPoll(exchange) ? "pollRequest" : "upgradeRequest", words);
}
