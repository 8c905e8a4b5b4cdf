import type { HttpExchangeFacts } from "../../store/http-types.ts";
import type { ConnectionFacts } from "../../store/types.ts";
import type { Context } from "../context/context.ts";
import { cause } from "../draft.ts";
import { frontNamed } from "../handshake/fronts.ts";
import { proxyOf } from "../handshake/upgrade-outcome.ts";
import { fieldValue, pathOf, serverOf } from "../reading/reading.ts";
import type { Cause } from "../types.ts";

const PORT = /:\d+$/;
/** Nobody writes these in server_name, as a rule. */
const NO_NAME = /^(?:[\d.]+|\[[\da-f:.]*\]|localhost)$/i;

const hostOf = ({ request }: HttpExchangeFacts): string | null =>
  (request && fieldValue(request, "host")?.replace(PORT, "").toLowerCase()) ?? null;

/** nginx chooses a server block by Host, and the default one answers for what none has: it knows nothing of the path. */
export function otherSite(
  exchange: HttpExchangeFacts,
  connection: ConnectionFacts,
  { others }: Context,
): Cause | false {
  const host = hostOf(exchange);
  const { request } = exchange;
  if (host === null || request === null || frontNamed(proxyOf(exchange)) !== "nginx") return false;
  const path = pathOf(request.target);
  const served = (others().askedOf.get(serverOf(connection)) ?? []).filter(
    (other) =>
      other.request !== null &&
      pathOf(other.request.target) === path &&
      (other.response?.status ?? 500) < 300 &&
      hostOf(other) !== null,
  );
  if (served.some((other) => hostOf(other) === host)) return false;
  const [name] = served.map(hostOf);
  if (name) return cause("likely", "nginxOtherSite", { host, other: name });
  return cause(NO_NAME.test(host) ? "likely" : "possible", "nginxOtherSite", { host });
}
