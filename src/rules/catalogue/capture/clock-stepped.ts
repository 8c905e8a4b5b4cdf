import type { ConnectionFacts } from "../../../store/types.ts";
import { cause, draft, shows } from "../../draft.ts";
import type { Rule } from "../rule.ts";

/** The largest of a connection: the others are its evidence. */
function check({ tcp }: ConnectionFacts) {
  const [largest] = [...tcp.clockSteps].sort((a, b) => b.ms - a.ms);
  if (largest === undefined) return null;
  return draft("capture.clock-stepped", "plain", {
    at: largest,
    args: { stepMs: largest.ms },
    evidence: tcp.clockSteps.map((step) => shows(step, "clockStepped", { stepMs: step.ms })),
    causes: [cause("likely", "clockCorrected", {})],
  });
}

export const clockStepped: Rule = {
  id: "capture.clock-stepped",
  severity: "note",
  spec: "RFC 7323 §4.1",
  causes: ["clockCorrected"],
  sources: ["https://www.rfc-editor.org/rfc/rfc7323#section-4.1"],
  check,
};
