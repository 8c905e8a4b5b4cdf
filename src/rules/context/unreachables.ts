import { appendTo } from "../../base/append-to.ts";
import type { Side } from "../../base/brand.ts";
import type { IcmpFacts } from "../../store/tcp-types.ts";
import type { ConnectionFacts } from "../../store/types.ts";
import { isHostOrNet } from "../reading/icmp-meaning.ts";
import { hostsOf } from "../reading/reading.ts";
import { type TimeIndex, timeIndex, within } from "../reading/time-index.ts";

/** A router's word that it cannot reach a host or its network, and the connection whose packet it was about. */
export interface Unreachable {
  readonly connection: ConnectionFacts;
  readonly error: IcmpFacts;
}

/** By hosts and whose packets were meant: such a message concerns the hosts, not the one connection that it quotes. */
export type Unreachables = ReadonlyMap<string, TimeIndex<Unreachable>>;

const keyOf = (connection: ConnectionFacts, about: Side): string => `${hostsOf(connection)} ${about}`;

export function unreachablesOf(connections: readonly ConnectionFacts[]): Unreachables {
  const lists = new Map<string, Unreachable[]>();
  for (const connection of connections)
    for (const error of connection.tcp.icmpErrors)
      if (isHostOrNet(error)) appendTo(lists, keyOf(connection, error.about), { connection, error });
  return new Map([...lists].map(([key, list]) => [key, timeIndex(list, ({ error }) => error.timestampNs)]));
}

/** What was said of `about`'s packets between the two hosts of this connection in that time, the first ones. */
export function unreachablesBetween(
  connection: ConnectionFacts,
  about: Side,
  all: Unreachables,
  [fromNs, toNs]: readonly [number, number] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY],
): readonly Unreachable[] {
  const index = all.get(keyOf(connection, about));
  return index === undefined ? [] : within(index, fromNs, toNs);
}
