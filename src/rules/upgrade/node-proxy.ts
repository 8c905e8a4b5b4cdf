import { isBefore } from "../../base/packet-view.ts";
import type { HttpMessageFacts } from "../../store/http-types.ts";
import type { ConnectionFacts } from "../../store/types.ts";
import type { Context } from "../context/context.ts";
import { hasOtherHost } from "../handshake/passed-on.ts";
import { forwardedBy, handshakeOf } from "../handshake/upgrade-outcome.ts";
import { endOf } from "../reading/reading.ts";

// Proxies in Node: http-proxy and http-proxy-middleware pass an upgrade on by their plain request handler where nobody
// listens for 'upgrade', and Node's client then destroys the socket of a 101 that nobody takes (http, event 'upgrade').

/** The leg of the client that still waited when its proxy hung up on the backend's 101; null: it is not here, or had left. */
export function waitingInFront(connection: ConnectionFacts, { joins }: Context): ConnectionFacts | null {
  const front = joins.before.get(connection.id)?.front;
  if (front === undefined || connection.tcp.firstCloser !== "client") return null;
  const exchange = handshakeOf(front);
  if (!exchange?.request || exchange.response !== null || front.tcp.halves[1].missingBytes > 0) return null;
  const { closedAt } = front.tcp;
  return closedAt !== null && isBefore(closedAt, endOf(connection)) ? null : front;
}

/** It came through a proxy: by its marks, or by a Host that is another address, in names as Node rewrites them. */
export function cameThroughProxy(connection: ConnectionFacts): boolean {
  const exchange = handshakeOf(connection);
  if (!exchange?.request) return false;
  return (
    forwardedBy(exchange) !== null || (hasOtherHost(connection, exchange.request) && isLowerCase(exchange.request))
  );
}

const isLowerCase = ({ fields }: HttpMessageFacts): boolean => fields.every(({ name }) => name === name.toLowerCase());
