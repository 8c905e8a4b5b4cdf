import type { ConnectionFacts } from "../../store/types.ts";
import type { Context } from "../context/context.ts";
import type { Draft } from "../draft.ts";
import type { RuleDescription } from "../types.ts";

/** A rule judges one connection, or (`checkCapture`) the capture as a whole. Pure: facts in, drafts out. */
export interface Rule extends RuleDescription {
  readonly check?: (connection: ConnectionFacts, context: Context) => Draft | readonly Draft[] | null;
  readonly checkCapture?: (context: Context) => Draft | readonly Draft[] | null;
}
