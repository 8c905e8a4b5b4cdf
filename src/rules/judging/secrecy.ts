import type { Context } from "../context/context.ts";
import { cause } from "../draft.ts";
import { type Sealed, sealedOf } from "../reading/sealed.ts";
import type { Confidence, Severity } from "../types.ts";
import type { Judged } from "./story.ts";

/** Judged alike with keys and without; what lies beneath (a zero window) is so in either case. */
const JUDGED = /^(ws\.|tcp\.(rst|path|nat))/;
/** Keys would show whether it is so. */
const GUESSED = /^(ws\.|tcp\.rst$)/;

const weakened = (severity: Severity, { belief }: Sealed): Severity =>
  severity === "error" && belief !== "strong" ? "warning" : severity;
const doubted = (confidence: Confidence, { belief }: Sealed): Confidence =>
  belief !== "strong" ? "possible" : confidence === "certain" ? "likely" : confidence;

/** Whatever is said of a connection that nobody could read is said with a doubt, and with what would resolve it. */
export function withSecrecy(judged: Judged, context: Context): Judged {
  const { connection, draft, severity, root } = judged;
  if (connection === null || severity === "note" || root !== null) return judged;
  const sealed = sealedOf(connection, context);
  if (sealed === null || !JUDGED.test(draft.ruleId)) return judged;
  const isGuess = GUESSED.test(draft.ruleId);
  // What the proxy sent on can be read: it is known to be a WebSocket, and how that ended.
  const isReadBehind = context.joins.behind.get(connection.id)?.back.webSocket != null;
  return {
    ...judged,
    severity: weakened(severity, sealed),
    draft: {
      ...draft,
      confidence: isGuess ? doubted(draft.confidence, sealed) : draft.confidence,
      causes: isGuess && !isReadBehind ? [...draft.causes, cause("possible", "keysWouldTell", {})] : draft.causes,
    },
  };
}
