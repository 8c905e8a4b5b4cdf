import { type Direction, sideOf } from "../../base/brand.ts";
import type { ConnectionFacts } from "../../store/types.ts";
import { endingEvidence } from "../ending.ts";
import { otherSide, spanMs } from "../reading.ts";
import { cause, type Draft, draft, shows } from "../rule.ts";
import { stallsOf } from "../stall.ts";

// Signs of a path that loses packets, other than data that is never acknowledged: for tcp.path.blackhole.

/** Fewer, or shorter, is ordinary loss that may still be repaired. */
export const LEAST_RETRANSMISSIONS = 3;
export const LEAST_WAIT_MS = 2000;

/**
 * Seen where it arrives: the same segment again and again, at the distances of a timeout, although each copy was
 * acknowledged long ago. Its sender does not get the acknowledgments.
 */
export function checkAcknowledgments(connection: ConnectionFacts, direction: Direction): Draft | null {
  const { tcp, webSocket } = connection;
  const { unacknowledged, lastAcknowledged } = tcp.halves[direction];
  if (webSocket === null || unacknowledged !== null || lastAcknowledged === null || tcp.oneWay) return null;
  const from = sideOf(direction);
  const stall = stallsOf(connection).find(
    (one) => one.from === from && one.first.timestampNs > lastAcknowledged.timestampNs && one.ms >= LEAST_WAIT_MS,
  );
  if (stall === undefined) return null;
  const to = otherSide(from);
  return draft("tcp.path.blackhole", "acknowledgmentsLost", {
    at: stall.first,
    args: { from, to, repeats: stall.repeats, waitedMs: stall.ms },
    evidence: [
      shows(lastAcknowledged, "lastAcknowledgment", { to }),
      shows(stall.first, "retransmission", { from }),
      shows(stall.last, "lastRetransmission", { from, repeats: stall.repeats }),
      endingEvidence(connection),
    ],
    causes: [cause("likely", "dropsOneWay", { to: from, port: connection.server.port })],
  });
}

/** It hung up, and the other side never acknowledged that: it does not know of it, and may go on talking. */
export function checkLostEnd({ tcp, server }: ConnectionFacts, direction: Direction): Draft | null {
  const half = tcp.halves[direction];
  const peer = tcp.halves[direction === 0 ? 1 : 0];
  const { fin, finRetransmissions, finAcknowledged, lastPacket } = half;
  if (fin === null || lastPacket === null || finAcknowledged !== null || finRetransmissions < LEAST_RETRANSMISSIONS)
    return null;
  if (half.unacknowledged !== null || peer.fin !== null || tcp.oneWay || tcp.resets.some(({ ignored }) => !ignored))
    return null;
  const waitedMs = spanMs(fin, lastPacket);
  if (waitedMs < LEAST_WAIT_MS) return null;
  const from = sideOf(direction);
  const to = otherSide(from);
  const isHeard = peer.lastPacket !== null && spanMs(fin, peer.lastPacket) > LEAST_WAIT_MS;
  return draft("tcp.path.blackhole", "endLost", {
    at: fin,
    args: { from, to, repeats: finRetransmissions, waitedMs },
    evidence: [shows(fin, "fin", { from })],
    causes: [
      isHeard && cause("likely", "dropsOneWay", { to, port: server.port }),
      !isHeard && cause("likely", "peerVanished", { to }),
      cause("possible", "pathInterrupted", { idleMs: waitedMs }),
    ],
  });
}

/** Long enough for people to notice, and for a heartbeat of seconds to give up. */
const LONG_STALL_MS = 5000;

/** The path stood still, and was open again before anybody gave the connection up. */
export function checkSurvived(connection: ConnectionFacts): Draft | null {
  const { close, webSocket } = connection;
  if (webSocket === null || (close.verdict !== "open" && close.verdict !== "clean")) return null;
  const [longest] = stallsOf(connection)
    .filter(({ last, ms }) => last.acknowledgedNs != null && ms >= LONG_STALL_MS)
    .sort((a, b) => b.ms - a.ms);
  if (longest === undefined) return null;
  const { from, first, last, repeats, ms, untilNs } = longest;
  return draft("tcp.path.blackhole", "survived", {
    at: first,
    severity: "warning",
    explainsUntil: untilNs,
    args: { from, repeats, waitedMs: ms },
    evidence: [shows(first, "retransmission", { from }), shows(last, "lastRetransmission", { from, repeats })],
    causes: [cause("likely", "pathInterrupted", { idleMs: ms })],
  });
}
