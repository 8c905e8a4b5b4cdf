import type { ConnectionFacts } from "../../store/types.ts";
import type { Context } from "../context/context.ts";
import { cause } from "../draft.ts";
import { maySealWebSocket, type Sealed, sealedOf } from "../reading/sealed.ts";
import type { Confidence, Severity } from "../types.ts";
import type { Judged } from "./story.ts";

/** Judged alike with keys and without; what lies beneath (a zero window) is so in either case. */
const JUDGED = /^(ws\.|tcp\.(rst|path|nat))/;
/** Keys would show whether it is so. */
const GUESSED = /^(ws\.|tcp\.rst$)/;

type Belief = Sealed["belief"] | "none";

/** How surely it is a WebSocket that nobody could read; null: it was read, or is none. */
const beliefIn = (connection: ConnectionFacts, context: Context): Belief | null =>
  sealedOf(connection, context)?.belief ?? (maySealWebSocket(connection, context) ? "none" : null);

const weakened = (severity: Severity, belief: Belief): Severity =>
  severity === "error" && belief !== "strong" ? "warning" : severity;
const doubted = (confidence: Confidence, belief: Belief): Confidence =>
  belief !== "strong" ? "possible" : confidence === "certain" ? "likely" : confidence;

/** Whatever is said of a connection that nobody could read is said with a doubt, and with what would resolve it. */
export function withSecrecy(judged: Judged, context: Context): Judged {
  const { connection, draft, severity, root } = judged;
  if (connection === null || severity === "note" || root !== null) return judged;
  const belief = beliefIn(connection, context);
  if (belief === null || !JUDGED.test(draft.ruleId)) return judged;
  const isGuess = GUESSED.test(draft.ruleId);
  // What the proxy sent on can be read: it is known to be a WebSocket, and how that ended.
  const isReadBehind = context.joins.behind.get(connection.id)?.back.webSocket != null;
  const wouldTell = (isGuess || belief === "none") && !isReadBehind;
  return {
    ...judged,
    severity: weakened(severity, belief),
    draft: {
      ...draft,
      confidence: isGuess ? doubted(draft.confidence, belief) : draft.confidence,
      causes: wouldTell ? [...draft.causes, cause("possible", "keysWouldTell", {})] : draft.causes,
    },
  };
}
