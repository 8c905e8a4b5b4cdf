import type { HttpExchangeFacts } from "../../store/http-types.ts";
import { fieldValue } from "../reading/reading.ts";
import { pageOf } from "./fronts.ts";

/** Error pages of services that nobody configures by files, told by words that only they have. */
const SERVICE_PAGES: readonly (readonly [service: string, page: RegExp])[] = [
  ["AWS ALB", /<center>awselb/],
  ["Cloudflare", /<center>cloudflare|cf-error-details/i],
];

/** The proxy whose own error page this response is; null: it says nothing of the kind. What is behind it never spoke. */
export const ownPageOf = (exchange: HttpExchangeFacts): string | null => {
  const { response, responseBodyPreview } = exchange;
  if (response === null || fieldValue(response, "x-powered-by") !== null) return null;
  return pageOf(exchange) ?? SERVICE_PAGES.find(([, page]) => page.test(responseBodyPreview))?.[0] ?? null;
};
