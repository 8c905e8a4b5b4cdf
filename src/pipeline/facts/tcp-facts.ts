import { type ConnectionId, type PerDirection, packetNumber, type RelativeNs, relativeNs } from "../../base/brand.ts";
import type { Mark } from "../../base/packet-view.ts";
import type { HalfFacts, TcpEvent, TcpFacts, UnacknowledgedFacts } from "../../store/tcp-types.ts";
import { type Moment, neverSeen, type TcpConnection, type TcpHalf } from "../../tcp/connection.ts";
import { neverCameBytes } from "../../tcp/never-came.ts";
import { largestOnTheWire } from "../../tcp/segment-size.ts";
import { mark, markAt, markOrNull } from "../marks.ts";
import { resetFacts } from "./reset-facts.ts";

/** Unanswered retransmissions that make a connection "silent" rather than merely open at the capture's end. */
const SILENT_RETRANSMISSIONS = 3;

/** What TCP shows, read off a connection; `ended` says that no more packets will come (the capture's end). */
export function tcpFacts(connection: TcpConnection, clockNs: number): TcpFacts {
  const client = connection.halves[connection.clientIndex];
  const server = connection.halves[1 - connection.clientIndex] as TcpHalf;
  const resets = connection.resets.map((reset) => resetFacts(connection, reset));
  const rst = resets.find((reset) => !reset.ignored) ?? null;
  // Behind an RST nobody waits for a window any more.
  const untilNs = Math.min(clockNs, rst?.timestampNs ?? clockNs);
  const halves: PerDirection<HalfFacts> = [halfFacts(client, server, untilNs), halfFacts(server, client, untilNs)];
  const opening = openingOf(connection, client, server);
  const fin = connection.finFirst;
  const oneWay =
    client.packets === 0 || server.packets + resets.filter((reset) => reset.from === "server").length === 0;
  const rstFirst = rst !== null && (fin === null || rst.timestampNs < fin.timestampNs);
  const ending = endingOf(connection, opening, rst !== null, fin !== null, rstFirst, halves);
  const closedAt: Mark | null = rstFirst ? { packet: rst.packet, timestampNs: rst.timestampNs } : markOrNull(fin);
  return {
    opening,
    ending,
    firstCloser: rstFirst ? rst.from : fin === null || oneWay ? null : connection.sideOf(connection.finFirstFrom),
    closedAt,
    idleBeforeCloseNs: idleBeforeClose(connection, rstFirst, rst?.packet ?? 0, fin),
    lastSilence: lastSilence(connection),
    clockAgreed: markOrNull(connection.clockAgreed),
    clockSteps: connection.clockSteps.map((step) => ({ ...mark(step), ms: step.ns / 1e6 })),
    syns: connection.syns.map(mark),
    synAcks: connection.synAcks.map(mark),
    established: markOrNull(connection.established),
    roundTripMs: roundTripMs(connection, client, server),
    halves,
    resets,
    icmpErrors: connection.icmpErrors.map((error) => ({
      packet: packetNumber(error.packetNumber),
      timestampNs: relativeNs(error.timestampNs),
      sender: error.sender,
      ipVersion: error.ipVersion,
      type: error.type,
      code: error.code,
      mtuBytes: error.mtuBytes,
      about: connection.sideOf(error.about),
    })),
    events: connection.events.map((event) => eventFacts(connection, event)),
    eventsDropped: connection.eventsDropped,
    replaces: connection.replaces as ConnectionId | null,
    fastOpenBytes: connection.fastOpenBytes,
    oneWay,
    evicted: connection.evicted,
    lateCopies: lateCopies(connection),
  };
}

const lateCopies = ({ lateCopies: late }: TcpConnection): TcpFacts["lateCopies"] =>
  late === null ? null : { packets: late.packets, mostMs: late.mostNs / 1e6 };

function eventFacts(connection: TcpConnection, event: TcpConnection["events"][number]): TcpEvent {
  return {
    packet: packetNumber(event.packetNumber),
    timestampNs: relativeNs(event.timestampNs),
    kind: event.kind,
    from: connection.sideOf(event.from),
    streamOffset: event.streamOffset,
    value: event.value,
    sentNs: seenNs(event.sentNs),
    heardNs: seenNs(event.heardNs),
    advancedNs: seenNs(event.advancedNs),
    acknowledgedNs: event.acknowledgedNs === undefined ? null : relativeNs(event.acknowledgedNs),
  };
}

const seenNs = (ns: number | undefined): RelativeNs | null =>
  ns === undefined || neverSeen(ns) ? null : relativeNs(ns);

function openingOf(connection: TcpConnection, client: TcpHalf, server: TcpHalf): TcpFacts["opening"] {
  if (!connection.synSeen && !connection.synAckSeen) return "not-captured";
  const refused = connection.resets.some(
    (reset) => reset.state === "opening" && connection.sideOf(reset.from) === "server" && !connection.synAckSeen,
  );
  // ICMP errors are final while a connection is being opened (RFC 5461 §4).
  const unreachable = connection.icmpErrors.some((error) => connection.sideOf(error.about) === "client");
  if (refused || (unreachable && server.packets === 0)) return "refused";
  // Who acknowledges has been answered, be it by a packet that the capture lacks.
  if (connection.established !== null || client.dataSegments > 0 || client.acknowledgedKnown) return "complete";
  if (connection.synAckSeen)
    // A FIN is sent on an open connection only: a capture of nothing but SYN, FIN and RST holds no more than that.
    return server.dataSegments > 0 || client.fin !== null || server.fin !== null
      ? "complete"
      : connection.synSeen
        ? "unanswered"
        : "not-captured";
  return server.packets > 0 ? "complete" : "unanswered";
}

function endingOf(
  connection: TcpConnection,
  opening: TcpFacts["opening"],
  rst: boolean,
  fin: boolean,
  rstFirst: boolean,
  halves: PerDirection<HalfFacts>,
): TcpFacts["ending"] {
  if (rst && rstFirst) return "rst";
  if (fin) return "fin";
  if (opening === "refused") return "icmp";
  if (opening === "unanswered") return "silent";
  if (connection.replaced) return "silent";
  if (halves.some((half) => (half.unacknowledged?.retransmissions ?? 0) >= SILENT_RETRANSMISSIONS)) return "silent";
  return "open";
}

function lastSilence({ lastSilence: silence, clientIndex }: TcpConnection): TcpFacts["lastSilence"] {
  if (silence === null) return null;
  const byRole = ([low, high]: readonly [number, number]): PerDirection<number> =>
    clientIndex === 0 ? [low, high] : [high, low];
  return {
    until: mark(silence),
    ms: silence.ns / 1e6,
    segmentsBefore: byRole(silence.segmentsBefore),
    bytesBefore: byRole(silence.bytesBefore),
  };
}

/** Silence of both ends before the closing packet; an answer to the first data after a silence counts that silence. */
function idleBeforeClose(
  connection: TcpConnection,
  rstFirst: boolean,
  rstPacket: number,
  fin: Moment | null,
): number | null {
  if (rstFirst) {
    const reset = connection.resets.find((row) => row.packetNumber === rstPacket);
    return reset === undefined ? null : Math.max(0, reset.idleBeforeNs);
  }
  return fin === null ? null : Math.max(0, connection.idleBeforeFinNs);
}

function roundTripMs(connection: TcpConnection, client: TcpHalf, server: TcpHalf): number | null {
  if (connection.handshakeRoundTripNs >= 0) return connection.handshakeRoundTripNs / 1e6;
  const least = client.leastRoundTripNs + server.leastRoundTripNs;
  return least < 1e300 ? least / 1e6 : null;
}

function halfFacts(half: TcpHalf, peer: TcpHalf, untilNs: number): HalfFacts {
  const zeroWindowRest = half.zeroWindowSince === null ? 0 : Math.max(0, untilNs - half.zeroWindowSince.timestampNs);
  const ahead = peer.acknowledgedKnown && half.anchored ? (half.nextSequence - peer.acknowledged) | 0 : 0;
  const neverCame = neverCameFacts(half, peer);
  return {
    packets: half.packets,
    duplicatePackets: half.duplicatePackets,
    streamBytes: half.streamBytes,
    dataSegments: half.dataSegments,
    largestSegmentBytes: half.largestSegmentBytes,
    laterArrived: half.unackedRetransmissions > 0 && half.laterArrived,
    largestArrived: peer.acknowledgedKnown && half.largestSegmentEnd <= half.streamOffset - ahead,
    retransmissions: half.retransmissions,
    retransmittedBytes: half.retransmittedBytes,
    outOfOrder: half.outOfOrder,
    missingBytes: half.missingBytes + (neverCame?.bytes ?? 0),
    neverCame,
    notCapturedBytes: half.notCapturedBytes,
    truncatedBytes: half.truncatedBytes,
    conflicts: half.conflicts,
    damaged: half.damaged,
    zeroWindows: half.zeroWindows,
    zeroWindowNs: half.zeroWindowNs + zeroWindowRest,
    longestZeroWindowNs: Math.max(half.longestZeroWindowNs, zeroWindowRest),
    zeroWindowSince: markOrNull(half.zeroWindowSince),
    keepAlives: half.keepAlives,
    keepAlivesUnanswered: half.keepAlivesUnanswered,
    firstData: markAt(half.firstDataNumber, half.firstDataNs),
    lastData: markAt(half.lastDataNumber, half.lastDataNs),
    firstPacket: markAt(half.firstPacketNumber, half.firstPacketNs),
    lastPacket: markAt(half.lastPacketNumber, half.lastPacketNs),
    fin: markOrNull(half.fin),
    finIsUnseen: half.finIsUnseen,
    finRetransmissions: half.finRetransmissions,
    finRepeat: finRepeat(half),
    finAcknowledged: markOrNull(half.finAcknowledged),
    synOptions: half.synOptions,
    synStamp: neverSeen(half.stampNs) ? null : { value: half.stampValue, timestampNs: relativeNs(half.stampNs) },
    hopLimit: half.hopLimit < 0 ? null : half.hopLimit,
    hopLimits: half.hopLimit < 0 ? [] : [half.hopLimit, ...(half.otherHopLimits ?? [])],
    unacknowledged: unacknowledged(half, peer),
    acknowledgedBytes: Math.max(0, Math.min(half.streamOffset, half.streamOffset - ahead)),
    lastAcknowledged: markAt(half.lastAdvanceNumber, half.lastAdvanceNs),
    longestPause:
      half.pauses === null
        ? null
        : {
            until: mark(half.pauses.until),
            ms: half.pauses.longestNs / 1e6,
            nextMs: half.pauses.nextNs / 1e6,
            segmentsBefore: half.pauses.segmentsBefore,
            peerSpokeMs: half.pauses.peerSpokeNs / 1e6,
          },
    slowAcknowledgment:
      half.slowAckNs < 1
        ? null
        : {
            sinceNs: relativeNs(half.slowAckSinceNs),
            ms: half.slowAckNs / 1e6,
            inRow: half.slowAcksInRow,
            isRepeated: half.slowAckIsRepeated,
          },
  };
}

function finRepeat({ finRepeat: repeat }: TcpHalf): HalfFacts["finRepeat"] {
  if (repeat === null) return null;
  const { last, previous, heardBefore, heardAfter } = repeat;
  return {
    last: mark(last),
    previous: mark(previous),
    heardBefore: markOrNull(heardBefore),
    heardAfter: markOrNull(heardAfter),
  };
}

function neverCameFacts(half: TcpHalf, peer: TcpHalf): HalfFacts["neverCame"] {
  const bytes = neverCameBytes(half);
  if (bytes === 0) return null;
  const since = mark({ packetNumber: half.bareNumber, timestampNs: half.bareNs });
  return { bytes, since, isLost: peer.lastPacketNumber > half.bareNumber };
}

function unacknowledged(half: TcpHalf, peer: TcpHalf): UnacknowledgedFacts | null {
  const since = markAt(half.oldestUnackedNumber, half.oldestUnackedNs);
  if (since === null || !half.sequenceKnown) return null;
  const finByte = half.fin === null ? 0 : 1;
  const bytes = peer.acknowledgedKnown ? ((half.maxSequence - peer.acknowledged) | 0) - finByte : half.streamBytes;
  if (bytes <= 0) return null;
  return {
    bytes,
    since,
    retransmissions: half.unackedRetransmissions,
    last:
      (half.unackedRetransmissions > 0 ? markAt(half.lastRetransmissionNumber, half.lastRetransmissionNs) : null) ??
      since,
    fullSize:
      half.largestSegmentBytes >= 500 &&
      half.lastRetransmissionBytes >= Math.min(half.largestSegmentBytes, largestOnTheWire(peer)),
  };
}
