import type { ResetFacts } from "../../store/tcp-types.ts";
import type { ConnectionFacts } from "../../store/types.ts";
import { cause, type Draft, draft, shows } from "../draft.ts";
import { otherSide } from "../reading/reading.ts";
import { stillUntil } from "../rhythm/standstill.ts";
import type { EvidenceItem } from "../types.ts";

/**
 * Its program stood still until the end: its process was ended, or it woke up and closed the socket first of all. It is an RST
 * because nobody had read what the other side went on saying (RFC 2525 §2.17).
 */
export function diedStill(
  connection: ConnectionFacts,
  reset: ResetFacts,
  hasDied: boolean,
  { evidence }: { readonly evidence: readonly (EvidenceItem | null)[] },
): Draft | null {
  const { from } = reset;
  // Who answers does not have the connection any more, and one that was forged tells nothing of a program.
  const still =
    reset.hasAck && reset.answers === null && !reset.likelyInjected ? stillUntil(connection, reset, from) : null;
  if (still === null) return null;
  return draft("tcp.rst", "whileStill", {
    at: reset,
    onset: still.last,
    confidence: "likely",
    args: { from, to: otherSide(from), outageMs: still.ms },
    evidence: [shows(still.last, "lastData", { from }), ...evidence],
    causes: [
      cause("likely", "peerBlocked", { to: from }),
      cause("likely", "processCrashed", { from }),
      cause(hasDied ? "possible" : "likely", "closedWithUnread", { from }),
    ],
  });
}
