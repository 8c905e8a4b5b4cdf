import type { ConnectionId } from "../base/brand.ts";
import type { ConnectionFacts } from "../store/types.ts";
import { type Context, refusalKey } from "./context.ts";
import { nests } from "./reading.ts";
import { outcomeOf } from "./upgrade-outcome.ts";

/**
 * Connections that are judged together: what carries one WebSocket (the legs of its proxies, the copies of a connection
 * that was captured at both ends), and what a proxy tried towards its backend while it kept a client waiting for a
 * gateway error. In order of their first packets.
 */
export function storiesOf({ analysis, joins, refusals }: Context): ConnectionFacts[][] {
  const heads = new Map<ConnectionId, ConnectionId>();
  const headOf = (id: ConnectionId): ConnectionId => {
    let head = id;
    for (let next = heads.get(head); next !== undefined; next = heads.get(head)) head = next;
    return head;
  };
  const unite = (a: ConnectionFacts, b: ConnectionFacts): void => {
    const [first, second] = [headOf(a.id), headOf(b.id)];
    if (first !== second) heads.set(Math.max(first, second) as ConnectionId, Math.min(first, second) as ConnectionId);
  };
  for (const { front, back } of joins.all) unite(front, back);
  const failed = analysis.connections.filter(({ kind }) => kind === "tcp-refused" || kind === "tcp-unanswered");
  if (failed.length > 0) {
    for (const connection of analysis.connections)
      for (const attempt of backendAttempts(connection, failed)) unite(connection, attempt);
  }
  for (const connection of analysis.connections)
    for (const other of backendRefusals(connection, refusals)) unite(connection, other);
  const stories = new Map<ConnectionId, ConnectionFacts[]>();
  for (const connection of analysis.connections) {
    const head = headOf(connection.id);
    const story = stories.get(head);
    if (story === undefined) stories.set(head, [connection]);
    else story.push(connection);
  }
  return [...stories.values()];
}

/** Other servers that refused the same request while this client waited for the same refusal: its proxy passed it on. */
const backendRefusals = (
  connection: ConnectionFacts,
  refusals: ReadonlyMap<string, readonly ConnectionFacts[]>,
): ConnectionFacts[] =>
  connection.exchanges.flatMap((outer) =>
    (refusals.get(refusalKey(outer) ?? "") ?? []).filter(
      (other) =>
        other.client.address !== connection.client.address && other.exchanges.some((inner) => nests(outer, inner)),
    ),
  );

/** Attempts at another server that failed between the request and its 502 or 503. */
function backendAttempts(connection: ConnectionFacts, failed: readonly ConnectionFacts[]): ConnectionFacts[] {
  if (outcomeOf(connection) !== "gateway") return [];
  const { request, response } = connection.upgrade?.exchange ?? { request: null, response: null };
  if (!request || !response) return [];
  return failed.filter(
    (other) =>
      other.client.address !== connection.client.address &&
      other.first.timestampNs >= request.first.timestampNs &&
      other.first.timestampNs <= response.first.timestampNs,
  );
}
