import type { Direction } from "../base/brand.ts";
import type { Mark } from "../base/packet-view.ts";
import type { BeatFacts, CloseFrameFacts, PerDirection, WebSocketFacts } from "../store/types.ts";
import type { TcpConnection } from "../tcp/connection.ts";
import type { Heartbeat } from "../websocket/heartbeat.ts";
import { mark } from "./marks.ts";
import type { SeenCloseFrame } from "./websocket-side.ts";
import type { WebSocketStream } from "./websocket-stream.ts";

/** What the WebSocket shows. `clockNs` decides which unanswered pings are missing and which are only young. */
export function webSocketFacts(stream: WebSocketStream, connection: TcpConnection, clockNs: number): WebSocketFacts {
  const { client, server } = stream;
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
    compression: stream.deflate === "none" ? null : stream.deflate === "unknown" ? "unknown" : "permessage-deflate",
    frames: [client.frames, server.frames],
    messages: [client.messages, server.messages],
    closeFrames: both((direction) => closeFrame(stream, connection, direction)),
    heartbeat: both((direction) =>
      beatFacts(stream.heartbeat, stream, connection, direction, clockNs),
    ) as PerDirection<BeatFacts>,
    events: [...stream.events],
    eventCounts: { ...stream.eventCounts },
    lastFrame,
    firstFrame,
    largestMessageBytes: [client.largestMessageBytes, server.largestMessageBytes],
    largestMessage: both((direction) =>
      markOf(stream.side(direction).largestMessageNumber, stream.side(direction).largestMessageNs),
    ),
    lastMessage: both((direction) =>
      markOf(stream.side(direction).lastMessageNumber, stream.side(direction).lastMessageNs),
    ),
    incompleteFrameBytes: [client.incompleteFrameBytes, server.incompleteFrameBytes],
  };
}

const markOf = (packet: number, timestampNs: number): Mark | null =>
  packet === 0 ? null : mark({ packetNumber: packet, timestampNs });

/** How far the peer has acknowledged the WebSocket's bytes of a direction. */
function acknowledgedBytes(stream: WebSocketStream, connection: TcpConnection, direction: Direction): number | null {
  const half = connection.halves[connection.indexOf(direction)];
  const peer = connection.halves[1 - connection.indexOf(direction)] as typeof half;
  if (!peer.acknowledgedKnown || !half.anchored) return null;
  const behind = (half.nextSequence - peer.acknowledged) | 0;
  return stream.side(direction).fedBytes - behind;
}

function closeFrame(stream: WebSocketStream, connection: TcpConnection, direction: Direction): CloseFrameFacts | null {
  const seen: SeenCloseFrame | null = stream.side(direction).closeFrame;
  if (seen === null) return null;
  const acknowledged = acknowledgedBytes(stream, connection, direction);
  return {
    ...mark(seen),
    code: seen.code,
    codeMissing: seen.codeMissing,
    reason: seen.reason,
    delivered: acknowledged === null || acknowledged >= seen.endOffset,
  };
}

/** The pings of one direction, and whether TCP acknowledged the unanswered ones. */
export function beatFacts(
  heartbeat: Heartbeat,
  stream: WebSocketStream,
  connection: TcpConnection,
  direction: Direction,
  clockNs: number,
): BeatFacts {
  const acknowledged = acknowledgedBytes(stream, connection, direction);
  const beat = heartbeat.summary(direction, clockNs);
  return {
    ...beat,
    unanswered: beat.unanswered.map(({ endOffset, ...ping }) => ({
      ...ping,
      acknowledged: acknowledged === null ? null : acknowledged >= endOffset,
    })),
  };
}
