import type { HttpExchangeFacts } from "../store/http-types.ts";
import { fieldValue, targetOf } from "./reading.ts";
import { shows } from "./rule.ts";
import type { EvidenceItem } from "./types.ts";
import { isPoll } from "./upgrade-outcome.ts";

/** The request that came to nothing, as evidence: an upgrade, or a poll of Socket.IO. */
export function askedFor(exchange: HttpExchangeFacts, origin: string | null = null): EvidenceItem | null {
  const { request } = exchange;
  if (request === null) return null;
  const words = { target: targetOf(exchange), host: fieldValue(request, "host"), origin };
  return shows(request.first, isPoll(exchange) ? "pollRequest" : "upgradeRequest", words);
}
