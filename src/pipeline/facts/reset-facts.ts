import { packetNumber, relativeNs } from "../../base/brand.ts";
import { cameBefore } from "../../base/packet-view.ts";
import type { ResetFacts } from "../../store/tcp-types.ts";
import type { ResetRow, TcpConnection, TcpHalf } from "../../tcp/connection.ts";
import { markOrNull } from "../marks.ts";

/** Hop limits of one host vary by this much when its path changes; a box in between differs by more. */
const HOP_LIMIT_TOLERANCE = 1;
/** Identification numbers of one host move on by small steps; 0 is common for any RST and says nothing. */
const IDENTIFICATION_STEP = 4096;
/** Packets that may already be under way from a sender that has just reset. */
const PACKETS_UNDER_WAY = 2;

/** Judges one RST by what it says and by what came after it. */
export function resetFacts(connection: TcpConnection, reset: ResetRow): ResetFacts {
  const other = (1 - reset.from) as 0 | 1;
  const senderContinued = reset.dataAfter[reset.from] > 0 || reset.packetsAfter[reset.from] > PACKETS_UNDER_WAY;
  const receiverContinued = reset.packetsAfter[other] > PACKETS_UNDER_WAY;
  // RFC 5961 §3: outside the window it is dropped; inside, only an exact one closes. Going on shows that it was not believed.
  const ignored =
    (reset.outOfWindow && receiverContinues(connection, reset, other)) || (senderContinued && receiverContinued);
  const oddities = odditiesOf(reset, senderContinued && !ignored);
  return {
    packet: packetNumber(reset.packetNumber),
    timestampNs: relativeNs(reset.timestampNs),
    from: connection.sideOf(reset.from),
    state: reset.state,
    afterFin: reset.afterFin,
    ignored,
    oddities,
    likelyInjected:
      oddities.includes("hop-limit") || oddities.includes("sender-continued") || (ignored && oddities.length > 0),
    hopLimit: reset.hopLimit,
    usualHopLimit: reset.usualHopLimit < 0 ? null : reset.usualHopLimit,
    payloadBytes: reset.payloadBytes,
    answers: markOrNull(reset.answers),
    hasAck: reset.hasAck,
    missedBytes: reset.missedBytes,
  };
}

function receiverContinues(connection: TcpConnection, reset: ResetRow, other: 0 | 1): boolean {
  if (reset.packetsAfter[other] > 0) return true;
  const half: TcpHalf = connection.halves[other];
  return (
    half.fin === null || cameBefore(reset.packetNumber, reset.timestampNs, half.fin.packetNumber, half.fin.timestampNs)
  );
}

function odditiesOf(reset: ResetRow, senderContinued: boolean): string[] {
  const oddities: string[] = [];
  if (reset.usualHopLimit >= 0 && Math.abs(reset.hopLimit - reset.usualHopLimit) > HOP_LIMIT_TOLERANCE)
    oddities.push("hop-limit");
  if (reset.ipIdentification > 0 && reset.previousIpIdentification > 0) {
    const step = (reset.ipIdentification - reset.previousIpIdentification) & 0xffff;
    if (step > IDENTIFICATION_STEP && step < 0x10000 - IDENTIFICATION_STEP) oddities.push("ip-id");
  }
  if (reset.usualHopLimit >= 0 && reset.dontFragment !== reset.usualDontFragment && reset.ipIdentification >= 0) {
    oddities.push("dont-fragment");
  }
  if (senderContinued) oddities.push("sender-continued");
  return oddities;
}
