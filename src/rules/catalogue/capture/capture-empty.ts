import { isCaptureFault } from "../../../base/capture-fault.ts";
import type { Analysis, CaptureFacts } from "../../../store/types.ts";
import { cause, draft } from "../../draft.ts";
import { mayStillCome } from "../../reading/patience.ts";
import type { Rule } from "../rule.ts";

/** What a running capture is about shows within this time. */
const WHOLE_CAPTURE_MS = 10_000;

/** Captured on `any`, which has a link type of its own (SLL). */
export const isOfAny = ({ linkTypes }: CaptureFacts): boolean => linkTypes.some((type) => /SLL/.test(type));

/** A file that breaks off; a capture that ended by itself was read as far as it went. */
const isCutOff = ({ endedEarly }: CaptureFacts): boolean => endedEarly !== null && !isCaptureFault(endedEarly.code);

const REASONS_SHOWN = 5;

const reasonsIn = ({ otherPackets }: Analysis): string =>
  Object.entries(otherPackets)
    .sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))
    .slice(0, REASONS_SHOWN)
    .map(([name, count]) => `${name} ${count}`)
    .join(", ") || "?";

/** Nothing about a connection can be said: there is none. */
export const captureEmpty: Rule = {
  id: "capture.empty",
  severity: "note",
  spec: "",
  causes: ["wrongInterface", "wrongFilter", "wrongPortAsked", "captureCut"],
  sources: ["https://www.tcpdump.org/manpages/tcpdump.1.html"],
  checkCapture({ analysis, ports }) {
    const { captures, packets, connections, otherPackets } = analysis;
    if (connections.length > 0 || mayStillCome(analysis, 0, WHOLE_CAPTURE_MS)) return null;
    // No filter is to blame for what the file lost.
    const cut = packets === 0 ? captures.find(isCutOff) : undefined;
    if (cut !== undefined)
      return draft("capture.empty", "cutOff", {
        at: null,
        args: { name: cut.name },
        causes: [cause("likely", "captureCut", {})],
      });
    const leftOut = otherPackets["tcp-other-port"] ?? 0;
    if (leftOut > 0)
      return draft("capture.empty", "otherPorts", {
        at: null,
        args: { port: ports.join(", "), leftOut },
        causes: [cause("certain", "wrongPortAsked", {})],
      });
    const causes = [
      cause("likely", "wrongFilter", {}),
      !captures.some(isOfAny) && cause("likely", "wrongInterface", {}),
    ];
    if (packets === 0) return draft("capture.empty", "noPackets", { at: null, args: {}, causes });
    return draft("capture.empty", "noTcp", { at: null, args: { packets, reasons: reasonsIn(analysis) }, causes });
  },
};
