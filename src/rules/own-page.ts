import type { HttpExchangeFacts } from "../store/http-types.ts";
import { fieldValue } from "./reading.ts";

/** Error pages that a proxy writes by itself, told by words that only its own have: what is behind it never spoke. */
const OWN_PAGES: readonly (readonly [product: string, page: RegExp])[] = [
  ["nginx", /<center>(?:nginx|openresty|tengine)/i],
  // haproxy/src/http.c, http_err_msgs
  [
    "HAProxy",
    /No server is available to handle this request|The server returned an invalid or incomplete response|The server didn't respond in time|Request forbidden by administrative rules|Your browser sent an invalid request\.|Your browser didn't send a complete request in time|You have sent too many requests in a given amount of time/,
  ],
  ["Apache", /<address>Apache/],
  ["AWS ALB", /<center>awselb/],
  ["Cloudflare", /<center>cloudflare|cf-error-details/i],
];

/** The proxy whose own error page this response is; null: it says nothing of the kind. */
export const ownPageOf = ({ response, responseBodyPreview }: HttpExchangeFacts): string | null =>
  response === null || fieldValue(response, "x-powered-by") !== null
    ? null
    : (OWN_PAGES.find(([, page]) => page.test(responseBodyPreview))?.[0] ?? null);
