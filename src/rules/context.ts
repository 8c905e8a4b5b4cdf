import type { Analysis, ConnectionFacts, HttpExchangeFacts } from "../store/types.ts";
import { type Joins, joinsOf } from "./legs.ts";
import { fieldValue } from "./reading.ts";
import type { Timer } from "./timers.ts";

/** What a rule may know besides its connection: the others, and the timers to match. Built once per judgement. */
export interface Context {
  readonly analysis: Analysis;
  /** The user's own timers come first. */
  readonly timers: readonly Timer[];
  /** Which connections carry one WebSocket. */
  readonly joins: Joins;
  /** How many connections asked with this Sec-WebSocket-Key: more than one when a proxy passed it on. */
  readonly keyUses: ReadonlyMap<string, number>;
  /** Connections on which a request was refused, by target and status. */
  readonly refusals: ReadonlyMap<string, readonly ConnectionFacts[]>;
  /** Usual hop limit of what a host sends, from connections that were accepted. */
  readonly hopLimitOf: ReadonlyMap<string, number>;
  /** Connections to a server endpoint, in order: "address port". */
  readonly byServer: ReadonlyMap<string, readonly ConnectionFacts[]>;
  readonly byServerPort: ReadonlyMap<number, readonly ConnectionFacts[]>;
  readonly byServerAddress: ReadonlyMap<string, readonly ConnectionFacts[]>;
}

function push<K>(map: Map<K, ConnectionFacts[]>, key: K, connection: ConnectionFacts): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [connection]);
  else list.push(connection);
}

export const keyOf = (exchange: HttpExchangeFacts | null | undefined): string | null =>
  exchange?.request ? fieldValue(exchange.request, "sec-websocket-key") : null;

export const refusalKey = ({ request, response }: HttpExchangeFacts): string | null =>
  request !== null && response !== null && response.status >= 400 ? `${response.status} ${request.target}` : null;

export function contextOf(analysis: Analysis, timers: readonly Timer[]): Context {
  const keyUses = new Map<string, number>();
  const refusals = new Map<string, ConnectionFacts[]>();
  const hopLimitOf = new Map<string, number>();
  const byServer = new Map<string, ConnectionFacts[]>();
  const byServerPort = new Map<number, ConnectionFacts[]>();
  const byServerAddress = new Map<string, ConnectionFacts[]>();
  for (const connection of analysis.connections) {
    const key = keyOf(connection.upgrade?.exchange);
    if (key !== null) keyUses.set(key, (keyUses.get(key) ?? 0) + 1);
    for (const exchange of connection.exchanges) {
      const refusal = refusalKey(exchange);
      if (refusal !== null) push(refusals, refusal, connection);
    }
    push(byServer, `${connection.server.address} ${connection.server.port}`, connection);
    push(byServerPort, connection.server.port, connection);
    push(byServerAddress, connection.server.address, connection);
    const hops = connection.tcp.halves[1].hopLimit;
    if (hops !== null && connection.tcp.opening === "complete" && !hopLimitOf.has(connection.server.address))
      hopLimitOf.set(connection.server.address, hops);
  }
  return {
    analysis,
    timers,
    joins: joinsOf(analysis),
    keyUses,
    refusals,
    hopLimitOf,
    byServer,
    byServerPort,
    byServerAddress,
  };
}
