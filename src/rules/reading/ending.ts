import type { Side } from "../../base/brand.ts";
import { isBefore, type Mark } from "../../base/packet-view.ts";
import type { ConnectionFacts } from "../../store/types.ts";
import { shows } from "../draft.ts";
import type { EvidenceItem } from "../types.ts";
import { stoppedReading } from "./full-window.ts";
import { directionOf, otherSide } from "./reading.ts";

/** The packet that ended TCP, as evidence; null while nothing did. */
export function endingEvidence(connection: ConnectionFacts, name?: "proxy"): EvidenceItem | null {
  const { tcp } = connection;
  const from = name ?? tcp.firstCloser;
  if (tcp.closedAt === null || from === null) return null;
  if (tcp.ending === "icmp") {
    const error = tcp.icmpErrors.at(-1);
    if (error !== undefined) return shows(error, "icmpUnreachable", { sender: error.sender, meaning: "icmp.other" });
  }
  const goodbye = farewellOf(connection);
  if (goodbye !== null) return shows(goodbye, "closeNotify", { from });
  const byReset = tcp.resets.some((reset) => reset.packet === tcp.closedAt?.packet);
  if (!byReset && tcp.firstCloser !== null && tcp.halves[directionOf(tcp.firstCloser)].finIsUnseen)
    return shows(tcp.closedAt, "finUnseen", { from });
  return shows(tcp.closedAt, byReset ? "rst" : "fin", { from });
}

/** The packet that shows bytes of this side that never came, as evidence. */
export const neverCameEvidence = ({ tcp }: ConnectionFacts, from: Side): EvidenceItem | null => {
  const lost = tcp.halves[directionOf(from)].neverCame;
  return lost === null ? null : shows(lost.since, "neverCame", { from, bytes: lost.bytes });
};

/** It ended by a close_notify: it hung up in order, as far as TLS goes, and its FIN may come later or never. */
export const isNotified = (connection: ConnectionFacts): boolean => farewellOf(connection) !== null;

/** The close_notify that ended it; a FIN of the same side behind it only follows. */
function farewellOf({ tls, tcp }: ConnectionFacts): Mark | null {
  const { closedAt, firstCloser, ending } = tcp;
  if (tls === null || closedAt === null) return null;
  const same = tls.closings.find((mark) => mark !== null && mark.packet === closedAt.packet);
  if (same) return same;
  // Without keys it is known by its size alone: the FIN is what is certain.
  const own = firstCloser === null || !tls.decrypted ? null : tls.closings[directionOf(firstCloser)];
  return ending === "fin" && own !== null && isBefore(own, closedAt) ? own : null;
}

const FATAL = 2;

/** What TLS had against the connection, where it could be read. */
export const fatalAlerts = ({ tls }: ConnectionFacts): (EvidenceItem | null)[] =>
  (tls?.decrypted ? tls.alerts : [])
    .filter(({ level, description }) => level === FATAL && description !== 0)
    .slice(0, 1)
    .map((alert) => shows(alert, "tlsAlert", { from: alert.from, alert: `alert.${alert.description}` }));

/** When this side ended the WebSocket: by Close, or by FIN or RST as the first. */
export function endedBy({ webSocket, tcp }: ConnectionFacts, side: Side): Mark | null {
  const own = webSocket?.closeFrames[directionOf(side)] ?? null;
  const peers = webSocket?.closeFrames[directionOf(otherSide(side))] ?? null;
  if (own !== null) return peers === null || !isBefore(peers, own) ? own : null;
  return peers === null && tcp.firstCloser === side ? tcp.closedAt : null;
}

/**
 * The Close of this side met nobody: an RST that acknowledges nothing answers it (RFC 9293 §3.10.7.1), and until then this
 * side had taken nothing, so the other one's end of the connection was still waiting behind what nobody read.
 */
export function closeMetNobody({ webSocket, tcp }: ConnectionFacts, side: Side): boolean {
  const close = webSocket?.closeFrames[directionOf(side)] ?? null;
  if (close === null || webSocket?.closeFrames[directionOf(otherSide(side))] !== null) return false;
  return tcp.resets.some(
    (reset) =>
      reset.from !== side &&
      !reset.ignored &&
      !reset.hasAck &&
      reset.answers?.packet === close.packet &&
      stoppedReading(tcp, side, reset) !== null,
  );
}
