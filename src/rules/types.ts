import type { ConnectionId, RelativeNs } from "../base/brand.ts";
import type { Mark } from "../base/packet-view.ts";
import type { causeWords } from "./vocabulary/causes.ts";
import type { evidenceWords } from "./vocabulary/evidence.ts";
import type { findingWords } from "./vocabulary/findings.ts";
import type { tokenList } from "./vocabulary/tokens.ts";
import type { ArgsOf } from "./vocabulary/words.ts";

/** Products that stand before a server; `other`: one that names itself nowhere, or of which nothing particular is known. */
export type FrontId =
  | "nginx"
  | "apache"
  | "lighttpd"
  | "caddy"
  | "haproxy"
  | "varnish"
  | "h2o"
  | "traefik"
  | "envoy"
  | "other";

export type Severity = "error" | "warning" | "note";
export type Confidence = "certain" | "likely" | "possible";
export type TextArgs = Readonly<Record<string, string | number>>;

export type FindingWords = typeof findingWords;
/** The stable ids of RULES: people search for them and scripts match them. */
export type RuleId = keyof FindingWords;
/** The texts that one rule chooses among. */
export type VariantOf<R extends RuleId> = keyof FindingWords[R] & string;
export type EvidenceId = keyof typeof evidenceWords;
export type CauseId = keyof typeof causeWords;
/** Names that the texts of causes may use. */
export type CauseArgument = { [C in CauseId]: keyof ArgsOf<(typeof causeWords)[C]> }[CauseId] & string;
/** Words that an argument may name, to be said in the reader's language. */
export type Token = (typeof tokenList)[number];

/** One packet that shows it; `what` is a text id of i18n with its arguments. */
export interface EvidenceItem extends Mark {
  readonly what: EvidenceId;
  readonly args: TextArgs;
}

/** A possible cause and its cure: text ids of i18n with shared arguments. Ranked: the best first. */
export interface Cause {
  readonly id: CauseId;
  readonly args: TextArgs;
  readonly confidence: Confidence;
}

/** A label with its evidence. Words are elsewhere: `ruleId`, `variant` and `args` choose them. */
export interface Finding {
  readonly ruleId: RuleId;
  /** Chooses among the texts of one rule (a status, a way of ending …). */
  readonly variant: string;
  readonly severity: Severity;
  readonly confidence: Confidence;
  readonly connectionId: ConnectionId | null;
  /** Other connections that failed alike and are folded into this finding. */
  readonly alsoConnections: readonly ConnectionId[];
  /** The rule that found the root of which this is a consequence; null: it stands for itself. */
  readonly followsFrom: RuleId | null;
  readonly timestampNs: RelativeNs;
  readonly args: TextArgs;
  readonly evidence: readonly EvidenceItem[];
  readonly causes: readonly Cause[];
  readonly wiresharkFilter: string;
}

/** What `wscap explain` knows of a rule besides its words. */
export interface RuleDescription {
  readonly id: RuleId;
  readonly severity: Severity;
  readonly spec: string;
  readonly causes: readonly CauseId[];
  readonly sources: readonly string[];
}
