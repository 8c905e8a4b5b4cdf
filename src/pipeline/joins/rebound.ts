import { appendTo } from "../../base/append-to.ts";
import type { ReboundFacts } from "../../store/across-types.ts";
import type { ConnectionFacts } from "../../store/types.ts";
import type { Origin } from "./settled-connections.ts";

/** Numbers of one stream lie this near to each other; those of two streams do so once in four thousand times. */
const NEAR_BYTES = 1 << 20;
const BUCKET_BITS = 21;

/**
 * Packets without a beginning that a server answered by RST or not at all, and whose sequence *and* acknowledgment numbers
 * go on where another connection of that server stopped: the same connection, from another port or address. A NAT between
 * has lost or changed its mapping (RFC 4787 §4.3 calls it a binding).
 */
export function findRebound(origins: readonly Origin[], facts: readonly ConnectionFacts[]): ReboundFacts[] {
  const strays = facts.filter(isStray);
  if (strays.length === 0) return [];
  const originOf = new Map(origins.map((origin) => [Number(origin.id), origin]));
  // By both numbers: a bucket of one alone holds many connections of a busy server.
  const known = new Map<string, Known[]>();
  for (const one of facts) {
    const numbers = one.tcp.opening === "refused" || !canGoOn(one) || isStray(one) ? null : numbersOf(one, originOf);
    if (numbers === null) continue;
    const key = keyOf(one, numbers.sent >>> BUCKET_BITS, numbers.acknowledged >>> BUCKET_BITS);
    appendTo(known, key, { one, numbers });
  }
  const vantageOf = ({ id }: ConnectionFacts): number | undefined => originOf.get(Number(id))?.vantage;
  /** As the stray's own capture shows it, if it does: in the client's own one it has never stopped. */
  const before = (stray: ConnectionFacts, numbers: Numbers): ConnectionFacts | null => {
    let elsewhere: ConnectionFacts | null = null;
    for (const sent of AROUND)
      for (const acknowledged of AROUND) {
        const key = keyOf(
          stray,
          (numbers.sent >>> BUCKET_BITS) + sent,
          (numbers.acknowledged >>> BUCKET_BITS) + acknowledged,
        );
        for (const candidate of known.get(key) ?? []) {
          if (candidate.one.first.timestampNs >= stray.first.timestampNs) continue;
          if (!isNear(candidate.numbers, numbers) || !goesOn(candidate.one, stray)) continue;
          if (vantageOf(candidate.one) === vantageOf(stray)) return candidate.one;
          elsewhere ??= candidate.one;
        }
      }
    return elsewhere;
  };
  return strays.flatMap((stray): ReboundFacts[] => {
    const numbers = numbersOf(stray, originOf);
    const one = numbers === null ? null : before(stray, numbers);
    return one === null ? [] : [{ connection: one.id, continuedBy: stray.id }];
  });
}

interface Known {
  readonly one: ConnectionFacts;
  readonly numbers: Numbers;
}

const AROUND = [-1, 0, 1];
const BUCKETS = 1 << (32 - BUCKET_BITS);

/** Numbers wrap, and their buckets with them. */
const keyOf = (one: ConnectionFacts, sent: number, acknowledged: number): string =>
  `${serverOf(one)} ${sent & (BUCKETS - 1)} ${acknowledged & (BUCKETS - 1)}`;

/** It never said that it was done. */
const canGoOn = ({ tcp }: ConnectionFacts): boolean => tcp.halves[0].lastPacket !== null && tcp.halves[0].fin === null;

const isStray = (one: ConnectionFacts): boolean =>
  one.tcp.opening === "not-captured" &&
  one.tcp.halves[0].dataSegments > 0 &&
  one.tcp.halves[1].dataSegments === 0 &&
  (one.tcp.resets.some(({ from }) => from === "server") || isUnanswered(one));

/** A firewall at the server drops what belongs to no connection; the client repeats its data in vain. */
const isUnanswered = ({ tcp }: ConnectionFacts): boolean =>
  tcp.halves[1].packets === 0 && tcp.halves[0].retransmissions > 0;

const serverOf = ({ server }: ConnectionFacts): string => `${server.address} ${server.port}`;

/** Its client has fallen silent by then. */
const goesOn = ({ tcp }: ConnectionFacts, stray: ConnectionFacts): boolean => {
  const lastOfClient = tcp.halves[0].lastPacket;
  return (lastOfClient !== null && lastOfClient.timestampNs <= stray.first.timestampNs) || tcp.resets.length > 0;
};

interface Numbers {
  /** The highest sequence number that the client used, and what it acknowledged. */
  readonly sent: number;
  readonly acknowledged: number;
}

function numbersOf({ id, server }: ConnectionFacts, originOf: ReadonlyMap<number, Origin>): Numbers | null {
  const origin = originOf.get(Number(id));
  if (origin === undefined) return null;
  const isLow = origin.addresses[0] === server.address && origin.ports[0] === server.port;
  const client = origin.halves[isLow ? 1 : 0];
  return client.sequenceKnown && client.acknowledgedKnown
    ? { sent: client.maxSequence >>> 0, acknowledged: client.acknowledged >>> 0 }
    : null;
}

const isNear = (a: Numbers, b: Numbers): boolean =>
  Math.abs((a.sent - b.sent) | 0) < NEAR_BYTES && Math.abs((a.acknowledged - b.acknowledged) | 0) < NEAR_BYTES;
