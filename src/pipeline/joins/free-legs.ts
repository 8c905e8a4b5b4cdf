import { firstIndex } from "../../base/first-index.ts";
import type { ConnectionFacts } from "../../store/types.ts";

/** Free legs that one other may be joined to: those that ask next after it. */
const NEXT_LEGS = 64;

const askedAt = ({ upgrade }: ConnectionFacts): number => upgrade?.exchange.request?.first.packet ?? 0;

/**
 * Legs in the order in which they asked. Those that are taken are passed over at once, however many there are: thousands
 * may bear the same key, or be dialled by one proxy.
 */
export class FreeLegs {
  private readonly legs: readonly ConnectionFacts[];
  private readonly isTaken: (leg: ConnectionFacts) => boolean;
  /** Of each leg the first one, itself or later, that was free when it was last looked at. */
  private readonly next: Int32Array;

  /** `isTaken` never becomes false again. */
  constructor(legs: readonly ConnectionFacts[], isTaken: (leg: ConnectionFacts) => boolean) {
    this.legs = [...legs].sort((a, b) => askedAt(a) - askedAt(b));
    this.isTaken = isTaken;
    this.next = Int32Array.from({ length: legs.length + 1 }, (_, index) => index);
  }

  /** Taken ones too. */
  get size(): number {
    return this.legs.length;
  }

  /** Of those that asked with this packet or later the first ones, but no more than matter. */
  from(packet: number): ConnectionFacts[] {
    const found: ConnectionFacts[] = [];
    const first = firstIndex(this.legs.length, (index) => askedAt(this.legs[index] as ConnectionFacts) >= packet);
    let index = this.freeAt(first);
    for (let leg = this.legs[index]; leg !== undefined && found.length < NEXT_LEGS; leg = this.legs[index]) {
      found.push(leg);
      index = this.freeAt(index + 1);
    }
    return found;
  }

  private freeAt(start: number): number {
    const { next, legs } = this;
    let index = start;
    for (;;) {
      const leg = legs[index];
      const after = next[index] as number;
      if (after !== index) {
        // Each look halves the way for the next one.
        next[index] = next[after] as number;
        index = after;
      } else if (leg !== undefined && this.isTaken(leg)) {
        next[index] = index + 1;
        index++;
      } else return index;
    }
  }
}
