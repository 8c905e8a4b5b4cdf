import type { HttpExchangeFacts } from "../../store/http-types.ts";
import { cause } from "../draft.ts";
import { fieldValue } from "../reading/reading.ts";
import type { Cause } from "../types.ts";

/** webpack-dev-server's words, which other checks repeat; Vite's (server.allowedHosts); Django's (ALLOWED_HOSTS). */
const OF_HOST_CHECK =
  /^\s*(?:\{.{0,40}")?(?:Invalid Host(?: header|\/Origin header)|Blocked request\. This host)|Invalid HTTP_HOST header/i;

/** A development server that takes no requests for this name: its own words say so. */
export function hostCheckOf({ request, responseBodyPreview }: HttpExchangeFacts): Cause | false {
  if (!OF_HOST_CHECK.test(responseBodyPreview)) return false;
  return cause("certain", "hostNotAllowed", { host: request ? fieldValue(request, "host") : null });
}
