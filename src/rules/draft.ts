import type { RelativeNs } from "../base/brand.ts";
import type { Mark } from "../base/packet-view.ts";
import type {
  Cause,
  CauseId,
  Confidence,
  EvidenceId,
  EvidenceItem,
  FindingWords,
  RuleId,
  Severity,
  TextArgs,
  VariantOf,
} from "./types.ts";
import type { causeWords } from "./vocabulary/causes.ts";
import type { evidenceWords } from "./vocabulary/evidence.ts";
import type { ArgsOf } from "./vocabulary/words.ts";

/** What a rule hands to the engine, which decides how it stands beside the others. */
export interface Draft {
  readonly ruleId: RuleId;
  readonly variant: string;
  readonly severity: Severity | null;
  readonly confidence: Confidence;
  /** When it showed. */
  readonly at: RelativeNs;
  /** When the trouble began: the earliest of a story is its root. */
  readonly onset: RelativeNs;
  /** Errors of the same story up to here follow from this one. */
  readonly explainsUntil: number;
  /** Never demoted by another error of its story. */
  readonly independent: boolean;
  /** Further words that must be equal for two connections to count as failing alike. */
  readonly foldBy: string;
  /** Several servers share this trouble: it is told once of all of them. */
  readonly isAcrossServers: boolean;
  readonly args: TextArgs;
  readonly evidence: readonly EvidenceItem[];
  readonly causes: readonly Cause[];
}

interface DraftParts<A> {
  readonly args: A;
  readonly at: Mark | null;
  readonly evidence?: readonly (EvidenceItem | null)[];
  readonly causes?: readonly (Cause | null | false)[];
  readonly severity?: Severity | undefined;
  readonly confidence?: Confidence | undefined;
  readonly onset?: Mark | null | undefined;
  readonly explainsUntil?: number;
  readonly independent?: boolean;
  readonly foldBy?: string;
  readonly isAcrossServers?: boolean;
}

/** Keeps a finding readable: the first ones tell the story, the last one its end. */
const EVIDENCE_KEPT = 10;

const NO_TIME = 0 as RelativeNs;

const known = (args: object): TextArgs =>
  Object.fromEntries(
    Object.entries(args).filter(([, value]) => value !== null && value !== undefined && value !== ""),
  ) as TextArgs;

export function draft<R extends RuleId, V extends VariantOf<R>>(
  ruleId: R,
  variant: V,
  parts: DraftParts<ArgsOf<FindingWords[R][V] & string>>,
): Draft {
  const evidence = (parts.evidence ?? []).filter((item) => item !== null);
  const at = parts.at?.timestampNs ?? NO_TIME;
  return {
    ruleId,
    variant,
    severity: parts.severity ?? null,
    confidence: parts.confidence ?? "certain",
    at,
    onset: parts.onset?.timestampNs ?? at,
    explainsUntil: parts.explainsUntil ?? Number.POSITIVE_INFINITY,
    independent: parts.independent ?? false,
    foldBy: parts.foldBy ?? "",
    isAcrossServers: parts.isAcrossServers ?? false,
    args: known(parts.args),
    evidence:
      evidence.length <= EVIDENCE_KEPT ? evidence : [...evidence.slice(0, EVIDENCE_KEPT - 1), ...evidence.slice(-1)],
    causes: rank((parts.causes ?? []).filter((item) => item !== null && item !== false)),
  };
}

const RANK: Readonly<Record<Confidence, number>> = { certain: 0, likely: 1, possible: 2 };

/** The best first; equal ones keep the order in which the rule named them; each once. */
export function rank(causes: readonly Cause[]): Cause[] {
  const sorted = [...causes].sort((a, b) => RANK[a.confidence] - RANK[b.confidence]);
  return sorted.filter((cause, index) => sorted.findIndex((other) => same(cause, other)) === index);
}

const same = (a: Cause, b: Cause): boolean => a.id === b.id && JSON.stringify(a.args) === JSON.stringify(b.args);

/** A packet and what it shows; null where there is no packet to name. */
export function shows<E extends EvidenceId>(
  mark: Mark | null | undefined,
  what: E,
  args: ArgsOf<(typeof evidenceWords)[E]>,
): EvidenceItem | null {
  return mark ? { packet: mark.packet, timestampNs: mark.timestampNs, what, args: known(args) } : null;
}

export function cause<C extends CauseId>(confidence: Confidence, id: C, args: ArgsOf<(typeof causeWords)[C]>): Cause {
  return { id, confidence, args: known(args) };
}

/** Something else is likelier. */
export const lesser = (one: Cause): Cause => ({ ...one, confidence: "possible" });
