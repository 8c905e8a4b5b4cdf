import { appendTo } from "../base/append-to.ts";
import type { ConnectionId } from "../base/brand.ts";
import type { ConnectionFacts, Endpoint } from "../store/types.ts";

const text = ({ address, port }: Endpoint): string => `${address} ${port}`;

/** The same for both directions and all connections on one pair of ports. */
export const pairKey = ({ client, server }: Pick<ConnectionFacts, "client" | "server">): string =>
  [text(client), text(server)].sort().join(" ");

/**
 * Finds a connection by what stays when a capture is read again: its ends and its packets' numbers. Ids are counted
 * anew each time, and where the first packets are gone by then, they are others.
 */
export class KnownConnections {
  private readonly byPair = new Map<string, ConnectionFacts[]>();

  constructor(connections: readonly ConnectionFacts[]) {
    for (const connection of connections) appendTo(this.byPair, pairKey(connection), connection);
  }

  /** Ports are used again: the latest connection that had begun by the first packet that was read again. */
  idOf(again: Pick<ConnectionFacts, "client" | "server" | "first">): ConnectionId | null {
    const begun = (this.byPair.get(pairKey(again)) ?? []).filter(({ first }) => first.packet <= again.first.packet);
    return begun.reduce<ConnectionFacts | null>(latest, null)?.id ?? null;
  }
}

const latest = (known: ConnectionFacts | null, other: ConnectionFacts): ConnectionFacts =>
  known === null || other.first.packet >= known.first.packet ? other : known;
