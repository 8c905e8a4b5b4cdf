import type { CaptureFacts, ConnectionFacts } from "../../../store/types.ts";
import { cause, type Draft, draft, shows } from "../../draft.ts";
import type { Rule } from "../rule.ts";

const STEPS_SHOWN = 8;

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

/** The same where the whole capture is counted on without it: the largest, and the others are its evidence. */
function checkForward({ stepsForward, name }: CaptureFacts): Draft | null {
  // A step back is told below.
  const forward = stepsForward.filter(({ ns }) => ns > 0);
  const [largest] = [...forward].sort((a, b) => b.ns - a.ns);
  if (largest === undefined) return null;
  return draft("capture.clock-stepped", "forward", {
    at: largest.at,
    foldBy: name,
    args: { name, stepMs: largest.ns / 1e6 },
    evidence: forward.slice(0, STEPS_SHOWN).map(({ at, ns }) => shows(at, "clockStepped", { stepMs: ns / 1e6 })),
    causes: [cause("likely", "clockCorrected", {})],
  });
}

/** Packets that no clock stamped so: the first, and the others are its evidence. */
function checkOdd({ oddTimes, name }: CaptureFacts): Draft | null {
  const [first] = oddTimes;
  if (first === undefined) return null;
  return draft("capture.clock-stepped", "odd", {
    at: first.at,
    foldBy: name,
    args: { name, count: oddTimes.length },
    evidence: oddTimes.map(({ at, ns }) =>
      shows(at, ns > 0 ? "oddlyLate" : "oddlyEarly", { stepMs: Math.abs(ns) / 1e6 }),
    ),
  });
}

/** Clock or order of the file: by the times alone both look the same, and only the hosts' own clocks tell them apart. */
function checkBackwards({ stepBack, name }: CaptureFacts): Draft | null {
  if (stepBack === null) return null;
  const { at, ns, isMended, stampsFell } = stepBack;
  const stepMs = ns / 1e6;
  const parts = { at, foldBy: name, args: { name, stepMs }, evidence: [shows(at, "timeRunsBack", { stepMs })] };
  if (stampsFell)
    return draft("capture.clock-stepped", "wrongOrder", {
      ...parts,
      severity: "warning",
      causes: [cause("certain", "notInTimeOrder", { name })],
    });
  return draft("capture.clock-stepped", isMended ? "backwards" : "backwardsKept", {
    ...parts,
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
  checkCapture: ({ analysis }) =>
    analysis.captures.flatMap((capture) =>
      [checkForward(capture), checkBackwards(capture), checkOdd(capture)].filter((found) => found !== null),
    ),
};
