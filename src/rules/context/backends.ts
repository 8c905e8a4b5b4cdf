import { serverOf } from "../reading/reading.ts";
import type { Join } from "./legs.ts";

/** When a proxy first and last opened a WebSocket's connection to a backend. */
interface Dialled {
  firstNs: number;
  lastNs: number;
}

/** By the proxy's endpoint that clients connect to, and by the backend's. */
export type Backends = ReadonlyMap<string, ReadonlyMap<string, Dialled>>;

export function backendsOf(joins: readonly Join[]): Backends {
  const found = new Map<string, Map<string, Dialled>>();
  for (const { facts, front, back } of joins) {
    if (facts.kind !== "proxied") continue;
    const proxy = serverOf(front);
    const backends = found.get(proxy) ?? new Map<string, Dialled>();
    found.set(proxy, backends);
    const at = back.first.timestampNs;
    const known = backends.get(serverOf(back));
    if (known === undefined) backends.set(serverOf(back), { firstNs: at, lastNs: at });
    else {
      known.firstNs = Math.min(known.firstNs, at);
      known.lastNs = Math.max(known.lastNs, at);
    }
  }
  return found;
}

/** The proxy of this join went over to other backends: to this one it connected until then, and never again. */
export function isReplaced({ front, back }: Join, backends: Backends): boolean {
  const dialled = backends.get(serverOf(front));
  const own = dialled?.get(serverOf(back));
  if (!dialled || !own || dialled.size < 2) return false;
  return [...dialled.values()].every((other) => other === own || other.firstNs > own.lastNs);
}
