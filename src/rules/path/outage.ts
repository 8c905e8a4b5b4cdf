import type { Side } from "../../base/brand.ts";
import type { ConnectionFacts } from "../../store/types.ts";

/** How long nothing of one side got through: what is sent again now and then bounds that from both sides. */
export interface OutageLength {
  /** From the first packet that did not get through to the last one. */
  readonly leastMs: number;
  /** From the last sign that the path was open to the first one that it was open again; null: nothing shows it. */
  readonly mostMs: number | null;
}

/** What is answered this soon has got through. */
const ANSWER_NS = 1e9;

/** Of packets of `from` that got no answer since `sinceNs`, until the first answer at `endNs`; null: none came. */
export function outageLength(
  { tcp }: ConnectionFacts,
  from: Side,
  sinceNs: number,
  endNs: number | null,
): OutageLength {
  const untilNs = endNs ?? Number.POSITIVE_INFINITY;
  const again = tcp.events.filter(
    (event) =>
      event.kind === "retransmission" &&
      event.from === from &&
      event.timestampNs >= sinceNs &&
      event.timestampNs <= untilNs,
  );
  const lost = again.filter(({ timestampNs }) => timestampNs < untilNs - ANSWER_NS);
  // Captured where it arrives, the answers are what is lost: which was the last to get through does not show.
  const heardNs = again[0]?.sentNs == null ? null : again[0].heardNs;
  const lastLostNs = lost.at(-1)?.timestampNs ?? sinceNs;
  return {
    leastMs: (lastLostNs - sinceNs) / 1e6,
    mostMs: endNs === null || heardNs == null ? null : (endNs - Math.min(heardNs, sinceNs)) / 1e6,
  };
}
