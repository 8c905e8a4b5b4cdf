import type { ConnectionFacts } from "../../../store/types.ts";
import type { Context } from "../../context/context.ts";
import { openThere } from "../../context/open-there.ts";
import { refusesAfter } from "../../context/refused-by-host.ts";
import { cause, draft, shows } from "../../draft.ts";
import { diedAsked } from "../../ending/died-on-connect.ts";
import { handshakeOf, outcomeOf } from "../../handshake/upgrade-outcome.ts";
import { endingEvidence } from "../../reading/ending.ts";
import { clientOf, endOf, fieldValue, serverOf, spanMs, targetOf } from "../../reading/reading.ts";
import type { Rule } from "../rule.ts";

/** How the server's host itself reset the connection; null: it did not, or nothing tells that it was the host. */
export function ownReset({ tcp }: ConnectionFacts) {
  const reset = tcp.resets.find((item) => item.from === "server" && !item.ignored);
  // From as far away as the server's other packets: no sign that somebody else sent it.
  return reset?.oddities.length === 0 && reset.hopLimit === reset.usualHopLimit ? reset : null;
}

/**
 * Whoever closes a socket with unread bytes sends RST, not FIN: of connections that are taken and closed at once, those
 * whose request came in time are reset for it.
 */
export const isDroppedUnread = (connection: ConnectionFacts, context: Context): boolean =>
  ownReset(connection) !== null && context.others().closedUnread.has(serverOf(connection));

const FITS_EVERYWHERE_BYTES = 500;

function checkDropped(connection: ConnectionFacts, context: Context) {
  if (outcomeOf(connection) !== "dropped") return null;
  const exchange = handshakeOf(connection);
  const request = exchange?.request;
  if (!exchange || !request) return null;
  const target = targetOf(exchange);
  const base = { target, server: serverOf(connection), client: clientOf(connection) };
  const asked = shows(request.first, "upgradeRequest", { target, host: fieldValue(request, "host") });
  const port = connection.server.port;
  const waiting = connection.tcp.halves[0].unacknowledged;
  if (waiting !== null && waiting.retransmissions > 0)
    return draft("http.upgrade.dropped", "unacknowledged", {
      at: request.first,
      args: { ...base, repeats: waiting.retransmissions, waitedMs: spanMs(waiting.since, waiting.last) },
      evidence: [
        asked,
        shows(waiting.last, "lastRetransmission", { from: "client", repeats: waiting.retransmissions }),
        endingEvidence(connection),
      ],
      causes: [
        cause("likely", "pathFiltersUpgrade", { port }),
        // RFC 1191 §7.1: hardly a path takes less than this.
        connection.tcp.halves[0].largestSegmentBytes > FITS_EVERYWHERE_BYTES &&
          cause("possible", "pathMtu", { to: connection.server.address }),
      ],
    });
  if (isDroppedUnread(connection, context)) return null;
  const reset = connection.tcp.resets.find((item) => item.from === "server" && !item.ignored);
  const isOwn = ownReset(connection) !== null;
  const parts = {
    at: request.first,
    args: { ...base, from: "server" as const, afterMs: reset ? spanMs(request.last, reset) : 0 },
    evidence: [asked, shows(reset, "rst", { from: "server" })],
  };
  // Its process ended while it had the request, and nobody on the way refused that.
  if (isOwn && refusesAfter(connection, context))
    return draft("http.upgrade.dropped", "reset", {
      ...parts,
      causes: [diedAsked(connection, context), cause("likely", "processCrashed", { from: "server" })],
    });
  // Whose upgrades came through and live on knows the path, and the service behind it.
  const open = openThere(connection, context, endOf(connection).timestampNs);
  return draft("http.upgrade.dropped", "reset", {
    ...parts,
    causes: [
      open > 0 && cause("likely", "connectionLimit", { count: open }),
      open > 0 && cause("likely", "outOfDescriptors", {}),
      cause(isOwn || open > 0 ? "possible" : "likely", "pathFiltersUpgrade", { port }),
      cause("likely", "handlerThrew", {}),
      open === 0 && cause("possible", "otherService", { port }),
    ],
  });
}

export const upgradeDropped: Rule = {
  id: "http.upgrade.dropped",
  severity: "error",
  spec: "RFC 6455 §4.1",
  causes: [
    "recoveredBySelf",
    "connectCrashed",
    "processCrashed",
    "pathFiltersUpgrade",
    "connectionLimit",
    "outOfDescriptors",
    "handlerThrew",
    "pathMtu",
    "otherService",
  ],
  sources: ["https://www.rfc-editor.org/rfc/rfc6455#section-10.3"],
  check: checkDropped,
};
