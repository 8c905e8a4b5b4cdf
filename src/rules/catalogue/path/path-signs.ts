import { type Direction, sideOf } from "../../../base/brand.ts";
import type { Mark } from "../../../base/packet-view.ts";
import type { IcmpFacts } from "../../../store/tcp-types.ts";
import type { ConnectionFacts } from "../../../store/types.ts";
import type { Context } from "../../context/context.ts";
import { LEAST_RETRANSMISSIONS, LEAST_WAIT_MS } from "../../context/dead-path.ts";
import { cause, type Draft, draft, shows } from "../../draft.ts";
import { sentForFin } from "../../ending/forged-fin.ts";
import { mayBlameOutage } from "../../ending/outage-code.ts";
import { stallHolding } from "../../path/held-end.ts";
import { openedBeside } from "../../path/meanwhile.ts";
import { outageLength } from "../../path/outage.ts";
import { endingEvidence } from "../../reading/ending.ts";
import { type FirstClose, firstClose } from "../../reading/first-close.ts";
import { isByRule, unreachable } from "../../reading/icmp-meaning.ts";
import { clientOf, directionOf, earlier, otherSide, spanMs } from "../../reading/reading.ts";
import { type Stall, stallsOf } from "../../reading/stall.ts";
import { stoppedTalking } from "../../rhythm/data-rhythm.ts";
import { rejectedBy } from "../opening/open-icmp.ts";

// Signs of a path that loses packets, other than data that is never acknowledged: for tcp.path.blackhole.

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
  const rejection = tcp.icmpErrors.find(
    (error) =>
      error.about === to && error.timestampNs > lastAcknowledged.timestampNs - stall.ms * 1e6 && isByRule(error),
  );
  return draft("tcp.path.blackhole", "acknowledgmentsLost", {
    at: stall.first,
    args: { from, to, repeats: stall.repeats, waitedMs: stall.ms },
    evidence: [
      shows(lastAcknowledged, "lastAcknowledgment", { to }),
      rejection === undefined ? null : icmpEvidence(rejection),
      shows(stall.first, "retransmission", { from }),
      shows(stall.last, "lastRetransmission", { from, repeats: stall.repeats }),
      endingEvidence(connection),
    ],
    causes: [
      rejection === undefined
        ? cause("likely", "dropsOneWay", { to: from, port: connection.server.port })
        : { ...rejectedBy(rejection, connection), confidence: "certain" },
    ],
  });
}

const icmpEvidence = (error: IcmpFacts) =>
  shows(error, "icmpUnreachable", { sender: error.sender, meaning: `icmp.${unreachable(error) ?? "other"}` });

/** What was under way already when the path broke has arrived by then; and what is answered this soon has got through. */
const HEARD_AFTER_MS = 1000;

/**
 * It hung up, and the other side did not acknowledge that: it does not know of it, and may go on talking. Once the path is
 * open again, that is answered as what comes to a closed connection.
 */
export function checkLostEnd(connection: ConnectionFacts, direction: Direction, context: Context): Draft | null {
  const { tcp, server } = connection;
  const half = tcp.halves[direction];
  const peer = tcp.halves[direction === 0 ? 1 : 0];
  const { fin, finRetransmissions, finAcknowledged, finRepeat } = half;
  if (fin === null || finRepeat === null || finRetransmissions < LEAST_RETRANSMISSIONS) return null;
  const { last, previous, heardBefore, heardAfter } = finRepeat;
  const isBeforeLast = (mark: Mark | null) => mark !== null && mark.timestampNs <= last.timestampNs;
  if (half.unacknowledged !== null || tcp.oneWay || isBeforeLast(peer.fin) || isBeforeLast(finAcknowledged))
    return null;
  // It acknowledges what the peer never sent, and is dropped for it (RFC 9293 §3.10.7.4).
  if (sentForFin(connection) !== null) return null;
  const resets = tcp.resets.filter(({ ignored }) => !ignored);
  const from = sideOf(direction);
  const to = otherSide(from);
  if (spanMs(fin, last) < LEAST_WAIT_MS || resets.some(isBeforeLast)) return null;
  const isHeard = heardBefore !== null && spanMs(fin, heardBefore) > HEARD_AFTER_MS;
  const talked = stoppedTalking(connection, directionOf(to), fin.timestampNs);
  const args = { from, to, repeats: finRetransmissions, idleMs: isHeard ? null : talked?.ms };
  const parts = {
    at: fin,
    // It hung up for it, or at least behind it.
    onset: isHeard ? fin : earlier(heardBefore, fin),
    evidence: [
      isHeard ? null : shows(heardBefore, "lastHeard", { from: to }),
      shows(fin, "fin", { from }),
      shows(last, "finRepeated", { from, repeats: finRetransmissions }),
    ],
  };
  const answer = earlier(heardAfter, resets.find((reset) => reset.from === to) ?? null);
  if (answer !== null && !isHeard) {
    const lost = spanMs(last, answer) < HEARD_AFTER_MS ? previous : last;
    return draft("tcp.path.blackhole", "endLate", {
      ...parts,
      explainsUntil: answer.timestampNs,
      args: { ...args, leastMs: spanMs(fin, lost), mostMs: spanMs(earlier(heardBefore, fin) ?? fin, answer) },
      evidence: [...parts.evidence, shows(answer, "heardAgain", { from: to })],
      causes: [cause("likely", "pathInterrupted", {})],
    });
  }
  // Both hosts are up and reach each other, if not on this connection: its FIN was sent once more in vain after that.
  const [beside] = openedBeside(connection, fin.timestampNs, previous.timestampNs, context);
  const opened = beside && shows(beside.tcp.established, "openedMeanwhile", { client: clientOf(beside) });
  return draft("tcp.path.blackhole", "endLost", {
    ...parts,
    evidence: [...parts.evidence, opened ?? null],
    args: { ...args, waitedMs: spanMs(fin, last) },
    causes: [
      opened != null && cause("likely", "pathStateLost", {}),
      isHeard && cause("likely", "dropsOneWay", { to, port: server.port }),
      !isHeard && opened == null && cause("likely", "peerVanished", { to }),
      cause("possible", "pathInterrupted", {}),
    ],
  });
}

/** The Close came while the path stood still, or had to wait behind what its side had lost in that time. */
const isWithin = (connection: ConnectionFacts, { close, direction }: FirstClose, { first, sinceNs, untilNs }: Stall) =>
  (close.timestampNs >= sinceNs && close.timestampNs <= untilNs) ||
  stallHolding(connection, close, sideOf(direction))?.first.packet === first.packet;

/** Long enough for people to notice, and for a heartbeat of seconds to give up. */
const LONG_STALL_MS = 5000;

/** The path stood still, and was open again before TCP gave the connection up. */
export function checkSurvived(connection: ConnectionFacts): Draft | null {
  const { close, webSocket } = connection;
  if (webSocket === null || (close.verdict !== "open" && close.verdict !== "clean")) return null;
  const stalls = stallsOf(connection)
    .filter(({ last, ms }) => last.acknowledgedNs != null && ms >= LONG_STALL_MS)
    .sort((a, b) => b.ms - a.ms);
  const [longest] = stalls;
  if (longest === undefined) return null;
  const { from, first, last, sinceNs, repeats, untilNs } = longest;
  const parts = {
    at: first,
    severity: "warning",
    explainsUntil: untilNs,
    causes: [cause("likely", "pathInterrupted", {})],
  } as const;
  const args = { from, repeats, ...outageLength(connection, from, sinceNs, last.acknowledgedNs ?? null) };
  const evidence = [shows(first, "retransmission", { from }), shows(last, "lastRetransmission", { from, repeats })];
  const ended = firstClose(connection);
  // TCP came through in the end, the WebSocket was over by then.
  if (ended !== null && isWithin(connection, ended, longest)) {
    const closer = sideOf(ended.direction);
    return draft("tcp.path.blackhole", "closedMeanwhile", {
      ...parts,
      // Then the Close is what became of it, and no fault beside it.
      severity: mayBlameOutage(ended.close, closer) ? "error" : "warning",
      explainsUntil: Math.max(untilNs, ended.close.timestampNs),
      args: { ...args, closer },
      evidence: [
        ...evidence,
        shows(ended.close, "closeFrame", { from: closer, code: ended.close.code, reason: ended.close.reason }),
      ],
    });
  }
  const times = stalls.filter((one) => one.from === from).length;
  return draft("tcp.path.blackhole", "survived", {
    ...parts,
    args: { ...args, times: times > 1 ? times : null },
    evidence,
  });
}
