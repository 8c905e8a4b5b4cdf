import type { CauseArgument, CauseId, EvidenceId, FrontId, RuleId, Token, VariantOf } from "../rules/types.ts";

/**
 * Texts are templates: `{name}` an argument, `{name:format}` an argument in a form (see template.ts), `[[…]]` a part
 * that is left out when an argument in it is absent.
 */
export interface FindingText {
  /** What happened, in one line. */
  readonly title: string;
  /** What that means at both ends, in a sentence or three. */
  readonly detail: string;
}

export interface CauseText {
  readonly cause: string;
  /** What to change or to check next, as concretely as the capture allows. */
  readonly fix: string;
}

/**
 * What is said about a product that stands before the server: words that the texts of causes take in by `{front:log}`.
 * They may use the cause's own arguments. What is not said of a product is said as of any (`other`).
 */
export interface FrontWords {
  readonly name: string;
  /** The lines that make it pass an upgrade on. */
  readonly upgrade: string;
  /** The lines that give a path a place of its own, with upgrades. */
  readonly route: string;
  /** The setting that names the backend. */
  readonly address: string;
  /** Where it tells why a backend could not be asked, and in which words. */
  readonly log: string;
  /** The line that makes it keep the client's Host, and what puts it into effect. */
  readonly host: string;
  /** How its log tells that the scheme is wrong. */
  readonly scheme: string;
  /** The setting of its idle timer. */
  readonly timer: string;
  /** What of its configuration refuses by itself. */
  readonly rules: string;
  /** What becomes of open WebSockets when it is reloaded. */
  readonly reload: string;
  /** The command that puts a change into effect. */
  readonly apply: string;
}

export type AllFronts = Readonly<Record<FrontId, Partial<FrontWords>>> & { readonly other: FrontWords };

/** The page of `wscap explain`. */
export interface RulePage {
  /** A few words, for lists. */
  readonly name: string;
  readonly meaning: string;
  /** What in the packets makes it fire, and what does not. */
  readonly seen: string;
}

export type FindingTexts = { readonly [R in RuleId]: { readonly [V in VariantOf<R>]: FindingText } };

/** The texts are written family by family. */
export type SomeFindings = Partial<FindingTexts>;

export interface Units {
  readonly duration: (ms: number) => string;
  readonly bytes: (bytes: number) => string;
  readonly count: (value: number) => string;
  readonly list: (words: readonly string[]) => string;
}

/** All that is said about findings in one language. Total: a missing text does not compile. */
export interface Texts {
  readonly findings: FindingTexts;
  readonly evidence: Readonly<Record<EvidenceId, string>>;
  readonly causes: Readonly<Record<CauseId, CauseText>>;
  readonly tokens: Readonly<Record<Token, string>>;
  readonly fronts: AllFronts;
  readonly pages: Readonly<Record<RuleId, RulePage>>;
  readonly units: Units;
  /** What stands for an argument of a cause where there is no capture. */
  readonly general: Readonly<Record<CauseArgument, string>>;
  /** Put after the title when several connections failed alike; `{connections}`. */
  readonly alike: string;
  /** Put after the title when the client's next attempt succeeded; `{recoveredMs}`. */
  readonly recovered: string;
  /** Put after the title when the session lives on by polls without its WebSocket. */
  readonly pollsOn: string;
  /** Put after the detail when the client asked again and again without pause; `{hurried}`, `{hurriedMs}`. */
  readonly hurried: string;
}
