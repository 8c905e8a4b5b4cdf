import type { HttpExchangeFacts } from "../../store/http-types.ts";
import { fieldValue } from "../reading/reading.ts";
import { pageOf } from "./fronts.ts";

/** Error pages of services that nobody configures by files, told by words that only they have. */
const SERVICE_PAGES: readonly (readonly [service: string, page: RegExp])[] = [
  ["AWS ALB", /<center>awselb/],
  ["Cloudflare", /<center>cloudflare|cf-error-details/i],
];

/** What Caddy says where nothing is configured to say more. */
const FIELDS_OF_CADDY: ReadonlySet<string> = new Set([
  "server",
  "date",
  "content-length",
  "connection",
  "keep-alive",
  "alt-svc",
  "www-authenticate",
]);

/**
 * Caddy's own errors have no page. Go writes the fields that were set before by their names, and adds Date and Content-Length
 * itself behind them: where one of the two comes first, it was passed on from a backend.
 */
function isOwnOfCaddy({ response, responseBodyBytes }: HttpExchangeFacts): boolean {
  if (response === null || response.status < 400 || responseBodyBytes > 0) return false;
  const names = response.fields.map(({ name }) => name.toLowerCase());
  const [server, date, length] = ["server", "date", "content-length"].map((name) => names.indexOf(name)) as [
    number,
    number,
    number,
  ];
  return (
    fieldValue(response, "server") === "Caddy" &&
    server < date &&
    date < length &&
    names.every((name) => FIELDS_OF_CADDY.has(name))
  );
}

/** The proxy whose own error page this response is; null: it says nothing of the kind. What is behind it never spoke. */
export const ownPageOf = (exchange: HttpExchangeFacts): string | null => {
  const { response, responseBodyPreview } = exchange;
  if (response === null || fieldValue(response, "x-powered-by") !== null) return null;
  if (isOwnOfCaddy(exchange)) return "Caddy";
  return pageOf(exchange) ?? SERVICE_PAGES.find(([, page]) => page.test(responseBodyPreview))?.[0] ?? null;
};
