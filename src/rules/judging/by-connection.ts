import type { ConnectionId } from "../../base/brand.ts";
import type { Finding, RuleId } from "../types.ts";

/** What was found about each connection, each rule once; those that failed alike too. */
export function rulesByConnection(findings: readonly Finding[]): Map<ConnectionId, RuleId[]> {
  const rules = new Map<ConnectionId, RuleId[]>();
  for (const finding of findings) {
    const ids = finding.connectionId === null ? [] : [finding.connectionId, ...finding.alsoConnections];
    for (const id of ids) {
      const known = rules.get(id);
      if (known === undefined) rules.set(id, [finding.ruleId]);
      else if (!known.includes(finding.ruleId)) known.push(finding.ruleId);
    }
  }
  return rules;
}
