import type { ConnectionFacts } from "../../store/types.ts";
import type { Rule } from "../catalogue/rule.ts";
import type { Draft } from "../draft.ts";
import type { Severity } from "../types.ts";

/** A draft that knows its connection and its place in the catalogue (causes stand before what they cause). */
export interface Placed {
  readonly draft: Draft;
  readonly rule: Rule;
  readonly order: number;
  /** null: about the capture as a whole. */
  readonly connection: ConnectionFacts | null;
  /** By how much the clock of its capture is ahead of the story's. */
  readonly aheadNs: number;
}

/** What is told to be the reason: a timer of one and a crash of the other are cured differently. */
export const causeOf = ({ causes }: Draft): string =>
  causes[0] === undefined || causes[0].confidence === "possible" ? "" : causes[0].id;

export const severityOf = ({ draft, rule }: Placed): Severity => draft.severity ?? rule.severity;
