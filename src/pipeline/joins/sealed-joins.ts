import { firstIndex } from "../../base/first-index.ts";
import type { ConnectionFacts } from "../../store/types.ts";

/** A proxy that ends TLS passes a request on within this time, most often at once. */
const FORWARD_NS = 2e9;
/** Both are captured on one machine: what is passed on comes after what was asked. */
const BEFORE_NS = 5e6;
/** What ends one leg ends the other; a proxy may let the client finish reading. */
const TOGETHER_NS = 10e9;

export interface SealedPair {
  readonly front: ConnectionFacts;
  readonly back: ConnectionFacts;
}

/**
 * The encrypted leg of a client and the readable one of its proxy: no key passes from one to the other that could be seen.
 * But the proxy asks when the client has asked, they end together, and the request names the client, or comes from where
 * the client had dialled.
 */
export function sealedPairs(
  facts: readonly ConnectionFacts[],
  backs: readonly ConnectionFacts[],
  vantageOf: (id: number) => number,
): SealedPair[] {
  const sealed = facts.filter(
    ({ tls, webSocket, upgrade }) => tls !== null && !tls.decrypted && tls.rhythm !== null && !webSocket && !upgrade,
  );
  if (sealed.length === 0) return [];
  sealed.sort((a, b) => beganNs(a) - beganNs(b));
  const candidates = backs
    .flatMap((back) =>
      // Of thousands only those that began right before it was asked.
      begunWithin(sealed, askedNs(back) - FORWARD_NS, askedNs(back) + BEFORE_NS)
        .filter((front) => vantageOf(front.id) === vantageOf(back.id) && isBehind(front, back))
        .map((front) => ({ front, back, delayNs: Math.abs(delayNs(front, back)) })),
    )
    .sort((a, b) => a.delayNs - b.delayNs);
  const used = new Set<number>();
  return candidates.filter(({ front, back }) => {
    if (used.has(front.id) || used.has(back.id)) return false;
    used.add(front.id).add(back.id);
    return true;
  });
}

const beganNs = ({ tls }: ConnectionFacts): number => tls?.rhythm?.since.timestampNs ?? 0;
const askedNs = ({ upgrade }: ConnectionFacts): number =>
  upgrade?.exchange.request?.first.timestampNs ?? Number.POSITIVE_INFINITY;
const delayNs = (front: ConnectionFacts, back: ConnectionFacts): number => askedNs(back) - beganNs(front);

/** `sealed` in the order of its beginnings. */
function begunWithin(sealed: readonly ConnectionFacts[], fromNs: number, untilNs: number): readonly ConnectionFacts[] {
  const indexOf = (ns: number): number =>
    firstIndex(sealed.length, (index) => beganNs(sealed[index] as ConnectionFacts) >= ns);
  return sealed.slice(indexOf(fromNs), indexOf(untilNs + 1));
}

function isBehind(front: ConnectionFacts, back: ConnectionFacts): boolean {
  const delay = delayNs(front, back);
  if (delay < -BEFORE_NS || delay > FORWARD_NS || !(names(back, front.client.address) || dials(front, back)))
    return false;
  const [a, b] = [front.tcp.closedAt, back.tcp.closedAt];
  return a === null || b === null || Math.abs(a.timestampNs - b.timestampNs) <= TOGETHER_NS;
}

const FORWARDED = /^(x-forwarded-for|x-real-ip|forwarded|cf-connecting-ip)$/i;

const names = ({ upgrade }: ConnectionFacts, address: string): boolean =>
  upgrade?.exchange.request?.fields.some(
    ({ name, value }) => FORWARDED.test(name) && value.split(/[\s,;="[\]]+/).includes(address),
  ) ?? false;

const isLoopback = (address: string): boolean => address.startsWith("127.") || address === "::1";

/** The proxy dials from the address at which it was dialled, or on its own machine. */
const dials = (front: ConnectionFacts, back: ConnectionFacts): boolean =>
  back.client.address === front.server.address ||
  (isLoopback(back.client.address) && isLoopback(back.server.address) && !isLoopback(front.client.address));
