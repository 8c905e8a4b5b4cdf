import type { HttpExchangeFacts } from "../../store/http-types.ts";
import type { ConnectionFacts } from "../../store/types.ts";
import type { Context } from "../context/context.ts";
import { contentType } from "../handshake/upgrade-outcome.ts";
import { serverOf } from "../reading/reading.ts";
import { within } from "../reading/time-index.ts";

/** Words of pages that are shown in place of a server that is down, or taken down for a while. */
const SAYS_DOWN =
  /\b(?:under|undergoing|down for|site) maintenance\b|maintenance mode|<(title|h1)>\s*maintenance\s*<\/\1>|\bbe (?:right )?back (?:soon|shortly|in a)|temporarily (?:unavailable|down|offline|out of service)|service unavailable|bad gateway|gateway time-?out|系统维护|正在维护|维护中|暂时无法访问|暂时不可用|服务不可用/i;

/** Whether a page with a good status stands in for a server that does not answer (nginx: error_page 502 =200 /page.html). */
export const isStandIn = (connection: ConnectionFacts, exchange: HttpExchangeFacts, context: Context): boolean =>
  /html/i.test(contentType(exchange) ?? "") &&
  (SAYS_DOWN.test(exchange.responseBodyPreview) || hasDialedInVain(connection, exchange, context));

/** While the client waited for the page, the host that gave it called another server that took no connection. */
function hasDialedInVain(connection: ConnectionFacts, exchange: HttpExchangeFacts, context: Context): boolean {
  const { request, response } = exchange;
  if (request === null || response === null) return false;
  return within(context.others().failedDials, request.last.timestampNs, response.first.timestampNs).some(
    (dial) => dial.client.address === connection.server.address && serverOf(dial) !== serverOf(connection),
  );
}
