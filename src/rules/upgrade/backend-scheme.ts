import type { HttpExchangeFacts } from "../../store/http-types.ts";
import type { ConnectionFacts } from "../../store/types.ts";
import type { Context } from "../context/context.ts";
import { forwardedBy } from "../handshake/upgrade-outcome.ts";
import { endpointText, serverOf } from "../reading/reading.ts";
import { within } from "../reading/time-index.ts";

// A proxy that speaks to its backend with the wrong scheme: http:// to a port of TLS, or https:// to one without.

/** A proxy opens its backend's connection while its client waits. */
const WAITED_NS = 60e9;

/** This connection is a proxy's towards its backend: its request says so, or a client waited for its answer meanwhile. */
export function isOfProxy(connection: ConnectionFacts, exchange: HttpExchangeFacts | null, context: Context): boolean {
  if (forwardedBy(exchange) !== null || context.joins.before.has(connection.id)) return true;
  const opened = connection.first.timestampNs;
  return within(context.others().asked, opened - WAITED_NS, opened).some(
    ({ connection: front, exchange: { response } }) =>
      front.server.port !== connection.server.port &&
      serverOf(front) !== serverOf(connection) &&
      (front.client.address !== connection.client.address || front.client.address === front.server.address) &&
      response !== null &&
      response.status >= 400 &&
      response.first.timestampNs >= connection.last.timestampNs - LEFT_AFTER_NS &&
      response.first.timestampNs >= opened,
  );
}

/** The proxy answers its client before it has closed the other connection. */
const LEFT_AFTER_NS = 1e9;

const TLS_PORTS: ReadonlySet<number> = new Set([443, 8443, 9443]);

/** Whether this port speaks TLS, by what else the capture holds of it. */
export function speaksTls(connection: ConnectionFacts, context: Context): "yes" | "no" | "unknown" {
  const endpoint = endpointText(connection.server);
  const asked = context.others().askedOf.get(endpoint) ?? [];
  if (asked.some(({ response }) => response !== null)) return "no";
  if (context.others().tlsServers.has(endpoint) || TLS_PORTS.has(connection.server.port)) return "yes";
  // Whoever hangs up on every path has no handler that does.
  return new Set(asked.map(({ request }) => request?.target.split("?", 1)[0])).size > 1 ? "yes" : "unknown";
}
