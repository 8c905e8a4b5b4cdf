import type { ConnectionFacts, Endpoint } from "../../store/types.ts";

/** The other legs of the same WebSocket: a proxy hands the key on (RFC 6455 §4.1), so equal keys mean one story. */
export function legsOf(connection: ConnectionFacts, all: readonly ConnectionFacts[]): ConnectionFacts[] {
  const key = keyOf(connection);
  if (key === "") return [connection];
  return all.filter(
    (other) =>
      other === connection ||
      (keyOf(other) === key &&
        other.first.timestampNs <= connection.last.timestampNs &&
        connection.first.timestampNs <= other.last.timestampNs),
  );
}

const keyOf = ({ upgrade }: ConnectionFacts): string =>
  upgrade?.exchange.request?.fields.find(({ name }) => name.toLowerCase() === "sec-websocket-key")?.value ?? "";

/** A vertical line of the ladder: one party, which may be the server of one leg and the client of the next. */
export interface Lifeline {
  readonly endpoints: readonly Endpoint[];
}

export interface Lifelines {
  readonly lines: readonly Lifeline[];
  /** Of each leg: the lines of its client and of its server. */
  readonly legs: readonly (readonly [number, number])[];
}

/** Who stands where: client, proxy, backend from left to right as far as addresses and keys tell. */
export function lifelinesOf(legs: readonly ConnectionFacts[]): Lifelines {
  const lines: { endpoints: Endpoint[] }[] = [];
  const places: [number, number][] = [];
  for (const [index, leg] of legs.entries()) {
    const previous = legs.slice(0, index);
    const joined = previous.findLastIndex((other) => isNextLeg(other, leg));
    const client = joined >= 0 ? (places[joined]?.[1] ?? -1) : lineAt(lines, leg.client, leg.server);
    const from = client >= 0 ? client : lines.push({ endpoints: [] }) - 1;
    const server = lineAt(lines, leg.server, leg.client);
    const to = server >= 0 && server !== from ? server : lines.push({ endpoints: [] }) - 1;
    add(lines[from], leg.client);
    add(lines[to], leg.server);
    places.push([from, to]);
  }
  return { lines, legs: places };
}

/**
 * What one leg's server receives the other leg's client sends on: the same key to somebody else. The proxy may have an
 * address of its own on each side.
 */
const isNextLeg = (before: ConnectionFacts, leg: ConnectionFacts): boolean =>
  keyOf(before) !== "" &&
  keyOf(before) === keyOf(leg) &&
  (before.server.address !== leg.server.address || before.server.port !== leg.server.port);

/** On loopback all have one address: there only the port tells them apart. */
function lineAt(lines: readonly { endpoints: Endpoint[] }[], endpoint: Endpoint, peer: Endpoint): number {
  const byAddress = endpoint.address !== peer.address;
  return lines.findIndex(({ endpoints }) =>
    endpoints.some(({ address, port }) => address === endpoint.address && (byAddress || port === endpoint.port)),
  );
}

function add(line: { endpoints: Endpoint[] } | undefined, endpoint: Endpoint): void {
  if (line === undefined) return;
  if (!line.endpoints.some(({ address, port }) => address === endpoint.address && port === endpoint.port))
    line.endpoints.push(endpoint);
}
