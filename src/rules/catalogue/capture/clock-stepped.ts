import type { CaptureFacts, ConnectionFacts } from "../../../store/types.ts";
import { cause, type Draft, draft, shows } from "../../draft.ts";
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

/** Clock or order of the file: what is told here is read off the times alone, and both look the same. */
function checkBackwards({ stepBack, name }: CaptureFacts): Draft | null {
  if (stepBack === null) return null;
  const { at, ns, isMended } = stepBack;
  const stepMs = ns / 1e6;
  return draft("capture.clock-stepped", isMended ? "backwards" : "backwardsKept", {
    at,
    foldBy: name,
    args: { name, stepMs },
    evidence: [shows(at, "timeRunsBack", { stepMs })],
    causes: [cause("possible", "clockSetBack", {}), cause("possible", "notInTimeOrder", { name })],
  });
}

export const clockStepped: Rule = {
  id: "capture.clock-stepped",
  severity: "note",
  spec: "RFC 7323 §4.1",
  causes: ["clockCorrected", "clockSetBack", "notInTimeOrder"],
  sources: ["https://www.rfc-editor.org/rfc/rfc7323#section-4.1"],
  check,
  checkCapture: ({ analysis }) => analysis.captures.flatMap((capture) => checkBackwards(capture) ?? []),
};
