import type { ConnectionId } from "../base/brand.ts";
import * as limits from "../base/limits.ts";
import type { Finding } from "../rules/types.ts";

type Teller = (finding: Finding, withdrawn: boolean) => void;

const keyOf = ({ ruleId, connectionId }: Finding): string => `${ruleId} ${connectionId ?? "-"}`;
const sameSaying = (a: Finding, b: Finding): boolean =>
  a.variant === b.variant && a.severity === b.severity && a.confidence === b.confidence;

/** Tells each finding once when it becomes true, again when it says something else, and when it turns out untrue. */
export class FindingWatch {
  private readonly known = new Map<string, Finding>();
  private readonly tell: Teller;

  constructor(tell: Teller) {
    this.tell = tell;
  }

  /** `forgotten`: connections whose facts are gone; their findings stay as they were told. */
  update(findings: readonly Finding[], isForgotten: (connection: ConnectionId) => boolean): void {
    const seen = new Set<string>();
    for (const finding of findings) {
      const key = keyOf(finding);
      seen.add(key);
      const before = this.known.get(key);
      if (before === undefined || !sameSaying(before, finding)) this.tell(finding, false);
      this.known.set(key, finding);
    }
    for (const [key, finding] of this.known) {
      if (seen.has(key)) continue;
      if (finding.connectionId !== null && isForgotten(finding.connectionId)) continue;
      this.known.delete(key);
      this.tell(finding, true);
    }
    this.trim();
  }

  /** Findings of connections whose facts are gone, the newest ones. */
  kept(isForgotten: (connection: ConnectionId) => boolean): Finding[] {
    return [...this.known.values()].filter((f) => f.connectionId !== null && isForgotten(f.connectionId));
  }

  private trim(): void {
    for (const key of this.known.keys()) {
      if (this.known.size <= limits.keptFindings) return;
      this.known.delete(key);
    }
  }
}
