import type { Mark } from "../../base/packet-view.ts";
import { sidIn } from "../../base/session-id.ts";
import type { HttpExchangeFacts } from "../../store/http-types.ts";
import type { ConnectionFacts } from "../../store/types.ts";
import type { Context } from "../context/context.ts";
import { cause, shows } from "../draft.ts";
import { carriesToken } from "../handshake/credentials.ts";
import { asksAlike, isSameHost } from "../handshake/same-client.ts";
import { handshakeOf } from "../handshake/upgrade-outcome.ts";
import { fieldValue, serverOf } from "../reading/reading.ts";
import { within } from "../reading/time-index.ts";
import type { Cause, EvidenceItem } from "../types.ts";

type Request = NonNullable<HttpExchangeFacts["request"]>;

/** A client notices a new address at once, a dead connection when its watchdog does. */
const BACK_WITHIN_NS = 60e9;
/** Parameters that are made to tell one user or device from another. */
const NAMED = /[?&](?:uid|(?:user|device|client|session|machine|vehicle)(?:_?id)?)=[^&]/i;
/** Who asks for one WebSocket with the same of these is the same user (browsers have one cookie for all tabs). */
const OWN_FIELDS = ["authorization", "cookie"];

/** The same client, which went on from an address that nobody had used before: its own network changed. */
export interface MovedClient {
  readonly cause: Cause;
  readonly evidence: EvidenceItem | null;
}

/**
 * Its client was heard last at `heardNs`, and nothing got through to it since: it may have another address. Where only a
 * heartbeat runs it is back from there before anything is sent to the old one.
 */
export function movedClient(
  connection: ConnectionFacts,
  heardNs: number,
  since: Mark,
  context: Context,
): MovedClient | null {
  const exchange = handshakeOf(connection);
  if (exchange?.request == null || connection.webSocket === null) return null;
  const { accepted, askedBy } = context.others();
  const untilNs = since.timestampNs + BACK_WITHIN_NS;
  const came = within(accepted.get(serverOf(connection)) ?? { times: [], items: [] }, heardNs, untilNs);
  const alike = came.filter(
    (other) =>
      other.webSocket !== null &&
      other.client.address !== connection.client.address &&
      (askedBy.get(other.client.address)?.first.timestampNs ?? 0) >= heardNs &&
      asksAlike(other, exchange),
  );
  const known = alike.find((other) => isSameUser(exchange.request, handshakeOf(other)?.request ?? null));
  // Without a name it may be anybody, unless nobody else is there.
  const alone = askedBy.size === 2 ? alike.find((other) => isSameHost(other, connection)) : undefined;
  const found = known ?? alone;
  if (found === undefined) return null;
  const { address } = found.client;
  return {
    cause: cause(known === undefined ? "possible" : "likely", "clientMoved", { client: address }),
    evidence: shows(found.first, "askedFromElsewhere", { address }),
  };
}

function isSameUser(one: Request | null, other: Request | null): boolean {
  if (one === null || other === null) return false;
  const names = carriesToken(one) || NAMED.test(one.target) || sidIn(one.target) !== null;
  if (names && one.target.includes("?") && one.target === other.target) return true;
  return OWN_FIELDS.some((name) => {
    const value = fieldValue(one, name);
    return value !== null && value === fieldValue(other, name);
  });
}
