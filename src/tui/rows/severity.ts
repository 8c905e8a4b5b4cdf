import type { Finding, Severity } from "../../rules/types.ts";

const SEVERITIES: readonly Severity[] = ["error", "warning", "note"];

/** How many ranks `severityRank` has. */
export const SEVERITY_RANKS = SEVERITIES.length + 1;

/** 0 is the worst; the last one: no finding. */
export const severityRank = (finding: Finding | null | undefined): number =>
  finding == null ? SEVERITIES.length : SEVERITIES.indexOf(finding.severity);
