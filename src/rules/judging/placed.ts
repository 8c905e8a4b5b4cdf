import type { ConnectionFacts } from "../../store/types.ts";
import type { Rule } from "../catalogue/rule.ts";
import type { Draft } from "../draft.ts";

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
