import type { Context } from "../context/context.ts";
import type { Finding, RuleId } from "../types.ts";
import { hurriedRetries } from "./hurried-retries.ts";

/** What is asked again once it was refused. */
const REFUSED: ReadonlySet<RuleId> = new Set([
  "tcp.open.refused",
  "http.upgrade.refused",
  "http.upgrade.gateway-error",
]);

const isRefusal = ({ ruleId }: Finding): boolean => REFUSED.has(ruleId);

/**
 * A client that asks again and again without a pause is told of it beside the refusal, whatever the reason of that. Told of
 * what is folded already: each attempt by itself would look for all the others.
 */
export function withHurry(findings: readonly Finding[], context: Context): readonly Finding[] {
  if (!findings.some(isRefusal)) return findings;
  const byId = new Map(context.analysis.connections.map((connection) => [connection.id, connection]));
  return findings.map((finding) => {
    const connection = finding.connectionId === null ? undefined : byId.get(finding.connectionId);
    const retries = connection && isRefusal(finding) ? hurriedRetries(connection, context) : null;
    if (retries === null) return finding;
    return { ...finding, args: { ...finding.args, hurried: retries.count, hurriedMs: retries.spanMs } };
  });
}
