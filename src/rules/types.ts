import type { ConnectionId, RelativeNs } from "../base/brand.ts";
import type { Mark } from "../base/packet-view.ts";

export type Severity = "error" | "warning" | "note";
export type Confidence = "certain" | "likely" | "possible";
export type TextArgs = Readonly<Record<string, string | number>>;

/** One packet that shows it; `what` is a text id of i18n with its arguments. */
export interface EvidenceItem extends Mark {
  readonly what: string;
  readonly args: TextArgs;
}

/** A possible cause and its cure: text ids of i18n with shared arguments. Ranked: the best first. */
export interface Cause {
  readonly id: string;
  readonly args: TextArgs;
  readonly confidence: Confidence;
}

/** A label with its evidence. Words are elsewhere: `ruleId`, `variant` and `args` choose them. */
export interface Finding {
  readonly ruleId: string;
  /** Chooses among the texts of one rule (a status, a way of ending …); "" where there is one text. */
  readonly variant: string;
  readonly severity: Severity;
  readonly confidence: Confidence;
  readonly connectionId: ConnectionId | null;
  /** Other connections that failed alike and are folded into this finding. */
  readonly alsoConnections: readonly ConnectionId[];
  readonly timestampNs: RelativeNs;
  readonly args: TextArgs;
  readonly evidence: readonly EvidenceItem[];
  readonly causes: readonly Cause[];
  readonly wiresharkFilter: string;
}
