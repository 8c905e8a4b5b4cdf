import type { RuleId, Severity, VariantOf } from "../../../src/rules/types.ts";
import type { Analysis, ConnectionFacts } from "../../../src/store/types.ts";
import { analysisOf } from "../../support/facts-builder.ts";

/** Facts that fire a rule, in each of its variants, and near misses that must not. */
export interface Case<R extends RuleId> {
  readonly severity: Severity;
  readonly fires: { readonly [V in VariantOf<R>]: Analysis };
  /** Where the severity is not that of the rule's other variants. */
  readonly severities?: { readonly [V in VariantOf<R>]?: Severity };
  readonly near: Readonly<Record<string, Analysis>>;
}

export type Cases = { readonly [R in RuleId]: Case<R> };
export type SomeCases = Partial<Cases>;

export const one = (connection: ConnectionFacts, clockSeconds = 120): Analysis =>
  analysisOf([connection], { clockSeconds });
/** While the capture runs, so long after its first packet. */
export const running = (connections: readonly ConnectionFacts[], clockSeconds: number): Analysis =>
  analysisOf(connections, { clockSeconds, live: true });
export const several = (...connections: ConnectionFacts[]): Analysis => analysisOf(connections);
