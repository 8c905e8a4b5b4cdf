import type { Side } from "../../base/brand.ts";
import type { Mark } from "../../base/packet-view.ts";
import type { ConnectionFacts } from "../../store/types.ts";
import { directionOf } from "../reading/reading.ts";

/** What was under way already when the path broke has arrived by then. */
export const HEARD_AFTER_NS = 1e9;

/** From the first packet that did not get through to the last one. */
interface Wait {
  readonly since: Mark;
  readonly last: Mark;
}

/** The other side was heard all the while: packets of its own that no end of an interruption explains. */
export function isHeard({ tcp }: ConnectionFacts, to: Side, { since, last }: Wait): boolean {
  const fromNs = since.timestampNs + HEARD_AFTER_NS;
  const end = Math.min(last.timestampNs, tcp.closedAt === null ? last.timestampNs : tcp.closedAt.timestampNs - 1e9);
  const { lastData, lastPacket } = tcp.halves[directionOf(to)];
  const isMeanwhile = (mark: Mark | null) => mark !== null && mark.timestampNs > fromNs && mark.timestampNs < end;
  return (
    isMeanwhile(lastData) ||
    // Acknowledgments that repeat themselves, and keep-alive probes, come from a host that is up.
    isMeanwhile(lastPacket) ||
    tcp.events.some(
      ({ kind, from, timestampNs }) =>
        kind === "retransmission" && from === to && timestampNs > fromNs && timestampNs < end,
    )
  );
}
