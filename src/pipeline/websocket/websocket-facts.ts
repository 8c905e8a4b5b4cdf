import { CLIENT, type Direction, type PerDirection, packetNumber, relativeNs, SERVER } from "../../base/brand.ts";
import { cameBefore, type Mark } from "../../base/packet-view.ts";
import type { BeatFacts, CloseFrameFacts, WebSocketFacts } from "../../store/websocket-types.ts";
import { SLOW_NS } from "../../tcp/acknowledgment.ts";
import type { TcpConnection } from "../../tcp/connection.ts";
import { type Heartbeat, NO_BEAT } from "../../websocket/heartbeat.ts";
import { mark } from "../marks.ts";
import type { TlsLayer } from "../tls/tls-layer.ts";
import type { SeenCloseFrame } from "./websocket-side.ts";
import type { WebSocketStream } from "./websocket-stream.ts";

/** What the WebSocket shows. `clockNs` decides which unanswered pings are missing and which are only young. */
export function webSocketFacts(
  stream: WebSocketStream,
  connection: TcpConnection,
  tls: TlsLayer | null,
  bytesBefore: PerDirection<number>,
  clockNs: number,
): WebSocketFacts {
  const [client, server] = [stream.side(CLIENT), stream.side(SERVER)];
  const both = <T>(of: (direction: Direction) => T): [T, T] => [of(0), of(1)];
  const firstFrame = both((direction) =>
    markOf(stream.side(direction).firstFrameNumber, stream.side(direction).firstFrameNs),
  );
  const lastFrame = both((direction) =>
    markOf(stream.side(direction).lastFrameNumber, stream.side(direction).lastFrameNs),
  );
  return {
    by: stream.by,
    midstream: stream.midstream,
    openedAt: mark({ packetNumber: stream.openedNumber, timestampNs: stream.openedNs }),
    // Without a handshake what came before it was known to be one was frames already.
    bytesBefore: stream.midstream ? [0, 0] : [bytesBefore[0], bytesBefore[1]],
    compression: stream.deflate === "none" ? null : stream.deflate === "unknown" ? "unknown" : "permessage-deflate",
    frames: [client.frames, server.frames],
    messages: [client.messages, server.messages],
    closeFrames: both((direction) =>
      closeFrame(stream, connection, acknowledgedBytes(stream, connection, tls, direction), direction),
    ),
    heartbeat: both((direction) =>
      beatFacts(
        stream.heartbeat,
        connection,
        acknowledgedBytes(stream, connection, tls, direction, true),
        acknowledgedBytes(stream, connection, tls, direction),
        direction,
        clockNs,
      ),
    ) as PerDirection<BeatFacts>,
    events: [...stream.events],
    eventCounts: Object.fromEntries(stream.eventCounts),
    lostTrack: [stream.lostTrack[0], stream.lostTrack[1]],
    lastFrame,
    firstFrame,
    largestMessageBytes: [client.largestMessageBytes, server.largestMessageBytes],
    largestMessage: both((direction) =>
      markOf(stream.side(direction).largestMessageNumber, stream.side(direction).largestMessageNs),
    ),
    lastMessage: both((direction) =>
      markOf(stream.side(direction).lastMessageNumber, stream.side(direction).lastMessageNs),
    ),
    // Without a gap it is a minus zero (`ZERO_TIME`).
    longestMessageGapNs: [Math.max(0, client.longestMessageGapNs), Math.max(0, server.longestMessageGapNs)],
    incompleteFrameBytes: [client.incompleteFrameBytes, server.incompleteFrameBytes],
    unfinishedMessage: both((direction) => {
      const { unfinishedBytes: bytes, unfinishedNumber, unfinishedNs } = stream.side(direction);
      const began = markOf(unfinishedNumber, unfinishedNs);
      return bytes === 0 || began === null ? null : { ...began, bytes };
    }) as PerDirection<(Mark & { readonly bytes: number }) | null>,
  };
}

const markOf = (packet: number, timestampNs: number): Mark | null =>
  packet === 0 ? null : mark({ packetNumber: packet, timestampNs });

/**
 * How far the peer has acknowledged the WebSocket's bytes of a direction, in all or by the time when an end said Close or
 * FIN (`byClose`); null: the capture cannot tell.
 */
export function acknowledgedBytes(
  stream: WebSocketStream,
  connection: TcpConnection,
  tls: TlsLayer | null,
  direction: Direction,
  byClose = false,
): number | null {
  const half = connection.halves[connection.indexOf(direction)];
  const peer = connection.halves[1 - connection.indexOf(direction)] as typeof half;
  if (!peer.acknowledgedKnown || !half.anchored) return null;
  const acknowledged = (byClose ? connection.closeAcks?.[peer.index] : null) ?? peer.acknowledged;
  const behind = (half.nextSequence - acknowledged) | 0;
  const plainBehind = tls?.decrypter?.isOpen ? tls.unacknowledgedBytes(direction, behind) : behind;
  return stream.side(direction).fedBytes - plainBehind;
}

/** The sender's own RST, in sequence right behind its Close: the peer's system has the Close, too, and hands it on first. */
function resetBehind(connection: TcpConnection, direction: Direction, seen: SeenCloseFrame): boolean {
  const half = connection.halves[connection.indexOf(direction)];
  return (
    half.unackedRetransmissions === 0 &&
    half.missingBytes === 0 &&
    connection.resets.some(
      ({ from, outOfWindow, packetNumber, timestampNs }) =>
        from === half.index &&
        !outOfWindow &&
        cameBefore(seen.packetNumber, seen.timestampNs, packetNumber, timestampNs) &&
        cameBefore(half.lastDataNumber, half.lastDataNs, packetNumber, timestampNs),
    )
  );
}

function closeFrame(
  stream: WebSocketStream,
  connection: TcpConnection,
  acknowledged: number | null,
  direction: Direction,
): CloseFrameFacts | null {
  const seen: SeenCloseFrame | null = stream.side(direction).closeFrame;
  if (seen === null) return null;
  return {
    packet: packetNumber(seen.packetNumber),
    timestampNs: relativeNs(seen.timestampNs),
    code: seen.code,
    codeMissing: seen.codeMissing,
    laterCode: stream.side(direction).laterCloseCode,
    reason: seen.reason,
    delivered: acknowledged === null || acknowledged >= seen.endOffset || resetBehind(connection, direction, seen),
  };
}

const LEAST_PATIENCE_NS = 250e6;
const MOST_PATIENCE_NS = 1e9;
const PATIENCE_ROUND_TRIPS = 20;

/**
 * How old an unanswered ping must be to count. Whoever hung up without a word had waited long enough in its own eyes, if
 * only the answer had time to come; else a second.
 */
function patienceNs(connection: TcpConnection, direction: Direction, endNs: number): number {
  const { finFirst, finFirstFrom, handshakeRoundTripNs } = connection;
  const hungUp = finFirst !== null && finFirst.timestampNs === endNs && finFirstFrom === connection.indexOf(direction);
  if (!hungUp || handshakeRoundTripNs < 0) return MOST_PATIENCE_NS;
  return Math.min(MOST_PATIENCE_NS, Math.max(LEAST_PATIENCE_NS, PATIENCE_ROUND_TRIPS * handshakeRoundTripNs));
}

const NO_BEAT_FACTS: BeatFacts = { ...NO_BEAT, unanswered: [] };

/** The pings of one direction, and whether TCP acknowledged the unanswered ones: before the end, and in all. */
export function beatFacts(
  heartbeat: Heartbeat,
  connection: TcpConnection,
  acknowledged: number | null,
  inAll: number | null,
  direction: Direction,
  clockNs: number,
): BeatFacts {
  const beat = heartbeat.summary(direction, clockNs, patienceNs(connection, direction, clockNs));
  if (beat === NO_BEAT) return NO_BEAT_FACTS;
  return {
    ...beat,
    unanswered: beat.unanswered.map(({ endOffset, ...ping }) => {
      const isLate = acknowledged !== null && inAll !== null && acknowledged < endOffset && inAll >= endOffset;
      const isMissed = isLate && missedAcknowledgment(connection, direction, ping);
      return {
        ...ping,
        acknowledged: acknowledged === null || isMissed ? null : acknowledged >= endOffset,
        acknowledgedLate: isLate && !isMissed,
      };
    }),
  };
}

/**
 * Its FIN was acknowledged at once, and the ping before had waited longer and was not sent again: the capture missed the
 * ping's own acknowledgment.
 */
function missedAcknowledgment(connection: TcpConnection, direction: Direction, ping: Mark): boolean {
  const { fin, finAcknowledged, lastRetransmissionNs } = connection.halves[connection.indexOf(direction)];
  return (
    fin !== null &&
    finAcknowledged !== null &&
    finAcknowledged.timestampNs - fin.timestampNs < SLOW_NS &&
    fin.timestampNs - ping.timestampNs >= SLOW_NS &&
    lastRetransmissionNs < ping.timestampNs
  );
}
