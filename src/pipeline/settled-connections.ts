import type { ConnectionId } from "../base/brand.ts";
import type { ConnectionFacts } from "../store/types.ts";

/** Facts of connections that are not tracked any more: final, the newest ones, a bounded number. */
export class SettledConnections {
  /** Those of which even the facts have gone. */
  forgotten = 0;
  private readonly facts = new Map<ConnectionId, ConnectionFacts>();
  private readonly most: number;

  constructor(most: number) {
    this.most = most;
  }

  get(id: ConnectionId): ConnectionFacts | null {
    return this.facts.get(id) ?? null;
  }

  add(facts: ConnectionFacts): void {
    this.facts.set(facts.id, facts);
    for (const oldest of this.facts.keys()) {
      if (this.facts.size <= this.most) return;
      this.facts.delete(oldest);
      this.forgotten++;
    }
  }

  /** Together with the tracked ones, in order of their first packet. */
  with(tracked: readonly ConnectionFacts[]): ConnectionFacts[] {
    if (this.facts.size === 0) return [...tracked];
    return [...this.facts.values(), ...tracked].sort((a, b) => a.id - b.id);
  }
}
