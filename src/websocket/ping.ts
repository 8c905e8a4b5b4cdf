import { packetNumber, relativeNs } from "../base/brand.ts";
import { cameBefore, type Mark } from "../base/packet-view.ts";
import type { FrameView } from "./types.ts";

/** A double from the start, so that the field never changes its representation. */
export const NEVER_NS = -1.5e300;
export const noBytes = new Uint8Array(0);

export const markAt = (packet: number, timestampNs: number): Mark => ({
  packet: packetNumber(packet),
  timestampNs: relativeNs(timestampNs),
});

/** Of a pong, what a ping is compared with. */
export type Answer = Pick<
  FrameView,
  "lastPacketNumber" | "lastTimestampNs" | "missingBytes" | "payload" | "payloadLength"
>;

/**
 * One ping, and the pong that it got. A record serves again once nothing points at it: beats come by the million, each with
 * its own, and making them anew cost more than reading them.
 */
export class Ping {
  packet = 0;
  sentNs = NEVER_NS;
  endOffset = 0.5;
  payload = noBytes;
  payloadLength = 0;
  /** Not all of the payload is in the capture. */
  cut = false;
  /** When the next ping was sent. */
  nextSentNs = NEVER_NS;
  pongPacket = 0;
  pongNs = NEVER_NS;

  set(frame: FrameView): void {
    this.packet = frame.lastPacketNumber;
    this.sentNs = frame.lastTimestampNs;
    this.endOffset = endOffsetOf(frame);
    this.cut = frame.missingBytes > 0;
    this.nextSentNs = Number.POSITIVE_INFINITY;
    const { payload, payloadLength } = frame;
    if (this.payload.length < payloadLength) this.payload = new Uint8Array(payloadLength);
    for (let i = 0; i < payloadLength; i++) this.payload[i] = payload[i] as number;
    this.payloadLength = payloadLength;
  }

  get mark(): Mark {
    return markAt(this.packet, this.sentNs);
  }

  get pong(): Mark {
    return markAt(this.pongPacket, this.pongNs);
  }

  get roundTripNs(): number {
    return this.pongNs - this.sentNs;
  }

  /** Not when the capture's clock was set back in between. */
  get isMeasured(): boolean {
    return this.roundTripNs >= 0;
  }

  get isLate(): boolean {
    return this.pongNs > this.nextSentNs;
  }
}

/** A pong that waited behind lost bytes is decoded late, but cannot answer what was sent after it. Clocks may go back. */
export const answers = (ping: Ping, pong: Answer): boolean => {
  if (cameBefore(pong.lastPacketNumber, pong.lastTimestampNs, ping.packet, ping.sentNs)) return false;
  if (ping.cut || pong.missingBytes > 0) return true;
  return isSame(ping.payload, ping.payloadLength, pong.payload, pong.payloadLength);
};

export const isAlike = (a: Ping, b: Ping): boolean =>
  a.cut || b.cut || isSame(a.payload, a.payloadLength, b.payload, b.payloadLength);

function isSame(a: Uint8Array, length: number, b: Uint8Array, otherLength: number): boolean {
  if (length !== otherLength) return false;
  for (let i = 0; i < length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** Index of the newest ping that the pong answers; -1: none. */
export function lastAnswered(pings: readonly Ping[], pong: FrameView): number {
  let at = pings.length - 1;
  while (at >= 0 && !answers(pings[at] as Ping, pong)) at--;
  return at;
}

/** Where the frame ends in the stream: its header (RFC 6455 §5.2) and its payload. */
const endOffsetOf = (frame: FrameView): number =>
  frame.streamOffset +
  2 +
  (frame.masked ? 4 : 0) +
  (frame.length > 65_535 ? 8 : frame.length > 125 ? 2 : 0) +
  frame.length;
