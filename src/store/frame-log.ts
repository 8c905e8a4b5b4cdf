import type { ConnectionId, Direction, RelativeNs } from "../base/brand.ts";
import * as limits from "../base/limits.ts";

/** One WebSocket frame as reports show it. */
export interface LoggedFrame {
  readonly connection: ConnectionId;
  readonly direction: Direction;
  readonly packet: number;
  readonly lastPacket: number;
  readonly timestampNs: RelativeNs;
  readonly opcode: number;
  readonly fin: boolean;
  readonly rsv: number;
  readonly masked: boolean;
  /** Payload bytes on the wire. */
  readonly length: number;
  readonly compressed: boolean;
  readonly closeCode: number | null;
  readonly closeReason: string | null;
  /** Start of the text of a whole text message, on its last frame; null: no text, or not kept. */
  readonly text: string | null;
  /** Payload of a whole binary message, in base64; only where payload is kept in full. */
  readonly base64: string | null;
}

/** A ping and its answer. */
export interface RoundTrip {
  readonly connection: ConnectionId;
  /** Who sent the ping. */
  readonly direction: Direction;
  readonly sentNs: RelativeNs;
  /** null: no pong came. */
  readonly roundTripNs: number | null;
  readonly packet: number;
  /** Of the application (Engine.IO "2" and "3") rather than of RFC 6455 §5.5. */
  readonly application: boolean;
}

class ConnectionFrames {
  readonly first: LoggedFrame[] = [];
  readonly last: LoggedFrame[] = [];
  /** Where the oldest of `last` is, once it is full. */
  oldest = 0;
  dropped = 0;
}

/** Frames of all connections, bounded: of each connection the first and the last ones, which tell how it began and ended. */
export class FrameLog {
  /** All frames seen, kept or not. */
  total = 0;
  private kept = 0;
  private readonly byConnection = new Map<number, ConnectionFrames>();

  add(frame: LoggedFrame): void {
    this.total++;
    let frames = this.byConnection.get(frame.connection);
    if (frames === undefined) {
      frames = new ConnectionFrames();
      this.byConnection.set(frame.connection, frames);
    }
    const isFull = this.kept >= limits.loggedFrames;
    if (!isFull && frames.first.length < limits.loggedFramesFirst) {
      frames.first.push(frame);
      this.kept++;
    } else if (frames.last.length < (isFull ? LEAST : limits.loggedFramesLast)) {
      frames.last.push(frame);
      this.kept++;
    } else {
      frames.last[frames.oldest] = frame;
      frames.oldest = (frames.oldest + 1) % frames.last.length;
      frames.dropped++;
    }
  }

  of(connection: number): readonly LoggedFrame[] {
    const frames = this.byConnection.get(connection);
    if (frames === undefined) return [];
    const { first, last, oldest } = frames;
    return [...first, ...last.slice(oldest), ...last.slice(0, oldest)];
  }

  /** Frames of a connection that were not kept: they lie between its first and its last ones. */
  droppedOf(connection: number): number {
    return this.byConnection.get(connection)?.dropped ?? 0;
  }
}

/** Of a connection that comes when the log is full. */
const LEAST = 64;
