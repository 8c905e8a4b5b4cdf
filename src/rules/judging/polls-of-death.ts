import { appendTo } from "../../base/append-to.ts";
import type { ConnectionFacts } from "../../store/types.ts";
import type { Context } from "../context/context.ts";
import { TOGETHER_NS } from "../ending/end-signs.ts";
import { hungUpBehind } from "../ending/hung-up-poll.ts";
import { handshakeOf, isPoll } from "../handshake/upgrade-outcome.ts";
import { endOf, serverOf } from "../reading/reading.ts";
import { within } from "../reading/time-index.ts";
import type { Judged } from "./story.ts";

/**
 * A process that ends breaks off the polls that wait at it together with its WebSockets: what their proxy says of the polls
 * follows from that death, which a WebSocket tells.
 */
export function withPollsOfDeath(judged: readonly Judged[], context: Context): readonly Judged[] {
  const polls = judged.flatMap((item) => {
    const leg = brokenOff(item, context);
    return leg === null ? [] : [{ item, leg }];
  });
  // Where no poll waited there is nothing to join: the story of the death holds the rest.
  if (polls.length === 0) return judged;
  const deaths = new Map<string, Judged[]>();
  for (const item of judged)
    if (item.connection !== null && isDeath(item)) appendTo(deaths, serverOf(item.connection), item);
  const roots = new Map<Judged, Judged>();
  for (const { item, leg } of polls) {
    const endNs = endOf(leg).timestampNs;
    const death = deaths
      .get(serverOf(leg))
      ?.find(({ connection }) => connection !== null && Math.abs(endOf(connection).timestampNs - endNs) <= TOGETHER_NS);
    if (death !== undefined) roots.set(item, death.lead ?? death);
  }
  if (roots.size > 0)
    for (const item of judged) {
      const death = isGatewayError(item) && !roots.has(item) ? refusedSince(item, deaths, context) : null;
      if (death !== null) roots.set(item, death.lead ?? death);
    }
  return judged.map((item): Judged => {
    const root = roots.get(item);
    return root === undefined ? item : { ...item, severity: "note", root };
  });
}

/** The leg of a poll that its server hung up on, as it tells itself, or the proxy's error. */
function brokenOff(item: Judged, context: Context): ConnectionFacts | null {
  const { connection, draft, severity, root } = item;
  if (connection !== null && draft.variant === "pollHungUp" && severity !== "note" && root === null) return connection;
  if (connection === null || !isGatewayError(item)) return null;
  const exchange = handshakeOf(connection);
  if (exchange === null || !isPoll(exchange)) return null;
  return hungUpBehind({ connection, exchange }, context.others())?.connection ?? null;
}

const isGatewayError = ({ severity, root, draft }: Judged): boolean =>
  severity !== "note" && root === null && draft.ruleId === "http.upgrade.gateway-error";

/** The death of the server that refused the proxy while this client waited, and accepted nobody since. */
function refusedSince({ connection }: Judged, deaths: ReadonlyMap<string, Judged[]>, context: Context): Judged | null {
  const { request, response } = (connection && handshakeOf(connection)) ?? { request: null, response: null };
  if (!connection || !request || !response) return null;
  const { failedDials, accepted } = context.others();
  for (const dial of within(failedDials, request.first.timestampNs, response.first.timestampNs)) {
    if (dial.kind !== "tcp-refused" || dial.client.address !== connection.server.address) continue;
    const death = deaths.get(serverOf(dial))?.[0];
    if (!death?.connection) continue;
    const endNs = endOf(death.connection).timestampNs;
    const since = accepted.get(serverOf(dial));
    const isBack = since !== undefined && within(since, endNs, dial.first.timestampNs).length > 0;
    if (endNs <= dial.first.timestampNs && !isBack) return death;
  }
  return null;
}

const isDeath = ({ connection, severity, root, draft }: Judged): boolean =>
  severity === "error" &&
  root === null &&
  (draft.ruleId === "ws.close.no-close-frame" || draft.ruleId === "tcp.rst") &&
  connection?.tcp.firstCloser === "server";
