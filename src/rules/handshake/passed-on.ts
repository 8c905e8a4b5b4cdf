import type { HttpMessageFacts } from "../../store/http-types.ts";
import type { ConnectionFacts } from "../../store/types.ts";
import { fieldValue } from "../reading/reading.ts";
import { forwardedBy, handshakeOf } from "./upgrade-outcome.ts";

// A request that came through a proxy which adds no field of its own.

/**
 * What shows that the client of this connection is a proxy: its marks; or a request for another host in which the upgrade
 * is written as the manuals of proxies write it and no client does (`proxy_set_header Connection "upgrade"`).
 */
export function passedOnBy(connection: ConnectionFacts): string | null {
  const exchange = handshakeOf(connection);
  const marks = forwardedBy(exchange);
  if (marks !== null || !exchange?.request) return marks;
  const { request } = exchange;
  return isWrittenByHand(request) && (hasOtherHost(connection, request) || hasOtherPort(connection, request))
    ? "Host, Connection: upgrade"
    : null;
}

/** Clients that write the value in lower case write the name so as well. */
const isWrittenByHand = ({ fields }: HttpMessageFacts): boolean =>
  fields.some(({ name, value }) => name === "Connection" && value === "upgrade");

const ADDRESS = /^(\d{1,3}(?:\.\d{1,3}){3})(?::\d+)?$/;

/** Host is another address than the one that was connected to. */
export function hasOtherHost({ server }: ConnectionFacts, request: HttpMessageFacts): boolean {
  const address = ADDRESS.exec(fieldValue(request, "host") ?? "")?.[1];
  return address !== undefined && address !== server.address;
}

/** Host holds the port that the client connected to (RFC 9110 §7.2); another one is of the proxy in between. */
export function hasOtherPort({ server }: ConnectionFacts, request: HttpMessageFacts): boolean {
  const host = fieldValue(request, "host");
  return host !== null && server.port !== 80 && server.port !== 443 && !host.endsWith(`:${server.port}`);
}
