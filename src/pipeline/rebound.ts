import type { ConnectionFacts, ReboundFacts } from "../store/types.ts";
import type { Origin } from "./settled-connections.ts";

/** Numbers of one stream lie this near to each other; those of two streams do so once in four thousand times. */
const NEAR_BYTES = 1 << 20;
const BUCKET_BITS = 21;

/**
 * Packets without a beginning that a server answered by RST, and whose sequence *and* acknowledgment numbers go on where
 * another connection of that server stopped: the same connection, from another port or address. A NAT between has lost
 * or changed its mapping (RFC 4787 §4.3 calls it a binding).
 */
export function findRebound(origins: readonly Origin[], facts: readonly ConnectionFacts[]): ReboundFacts[] {
  const strays = facts.filter(isStray);
  if (strays.length === 0) return [];
  const originOf = new Map(origins.map((origin) => [Number(origin.id), origin]));
  const known = new Map<string, ConnectionFacts[]>();
  for (const one of facts) {
    const numbers = one.tcp.opening === "refused" || isStray(one) ? null : numbersOf(one, originOf);
    if (numbers === null) continue;
    const key = `${serverOf(one)} ${numbers.sent >>> BUCKET_BITS}`;
    const list = known.get(key);
    if (list === undefined) known.set(key, [one]);
    else list.push(one);
  }
  return strays.flatMap((stray): ReboundFacts[] => {
    const numbers = numbersOf(stray, originOf);
    if (numbers === null) return [];
    const bucket = numbers.sent >>> BUCKET_BITS;
    const [before] = [bucket - 1, bucket, bucket + 1]
      .flatMap((n) => known.get(`${serverOf(stray)} ${n & ((1 << (32 - BUCKET_BITS)) - 1)}`) ?? [])
      .filter((one) => goesOn(one, stray) && isNear(numbersOf(one, originOf), numbers));
    return before === undefined ? [] : [{ connection: before.id, continuedBy: stray.id }];
  });
}

const isStray = ({ tcp }: ConnectionFacts): boolean =>
  tcp.opening === "not-captured" &&
  tcp.halves[0].dataSegments > 0 &&
  tcp.halves[1].dataSegments === 0 &&
  tcp.resets.some(({ from }) => from === "server");

const serverOf = ({ server }: ConnectionFacts): string => `${server.address} ${server.port}`;

/** It was there before, and its client has fallen silent by then. */
const goesOn = (one: ConnectionFacts, stray: ConnectionFacts): boolean => {
  const lastOfClient = one.tcp.halves[0].lastPacket;
  return (
    lastOfClient !== null &&
    one.tcp.halves[0].fin === null &&
    one.first.timestampNs < stray.first.timestampNs &&
    (lastOfClient.timestampNs <= stray.first.timestampNs || one.tcp.resets.length > 0)
  );
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

const isNear = (a: Numbers | null, b: Numbers): boolean =>
  a !== null &&
  Math.abs((a.sent - b.sent) | 0) < NEAR_BYTES &&
  Math.abs((a.acknowledged - b.acknowledged) | 0) < NEAR_BYTES;
