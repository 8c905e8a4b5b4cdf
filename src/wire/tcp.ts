import { u8, viewOf } from "../base/bytes.ts";
import type { SegmentView } from "./types.ts";
import { has, LAYER, type Layer, malformed, type Walk } from "./walk.ts";

/**
 * The fields of a TCP header whose 20 fixed bytes are there (RFC 9293 §3.1), four bytes at a time. Answers where the
 * payload starts if the data offset is right.
 */
export function readTcpFields(segment: SegmentView, view: DataView, at: number): number {
  const ports = view.getInt32(at);
  const offsetAndFlags = view.getInt32(at + 12);
  segment.sourcePort = ports >>> 16;
  segment.destinationPort = ports & 0xffff;
  segment.sequenceNumber = view.getInt32(at + 4);
  segment.acknowledgmentNumber = view.getInt32(at + 8);
  segment.flags = (offsetAndFlags >> 16) & 0xff;
  segment.window = offsetAndFlags & 0xffff;
  segment.urgentPointer = view.getUint16(at + 18);
  segment.optionsStart = at + 20;
  return at + ((offsetAndFlags >>> 28) << 2);
}

/** A TCP segment of any kind. Options that the capture cut off are missing, payload that it cut off is counted. */
export function readTcp(walk: Walk): Layer {
  if (!has(walk, 20, "wire.tcp.header-cut")) return LAYER.done;
  const { bytes, at, end, segment } = walk;
  const headerLength = (u8(bytes, at + 12) >> 4) * 4;
  if (headerLength < 20) return malformed(walk, "wire.tcp.data-offset-too-small", 20, "value");
  if (headerLength > walk.wireEnd - at) return malformed(walk, "wire.tcp.data-offset-too-large", headerLength, "value");
  const payloadStart = Math.min(at + headerLength, end);
  readTcpFields(segment, viewOf(bytes), at);
  segment.bytes = bytes;
  segment.ipVersion = walk.ipVersion;
  segment.sourceAddressStart = walk.sourceAddressStart;
  segment.destinationAddressStart = walk.destinationAddressStart;
  segment.hopLimit = walk.hopLimit;
  segment.ipIdentification = walk.ipIdentification;
  segment.dontFragment = walk.dontFragment;
  segment.optionsLength = payloadStart - at - 20;
  segment.payloadStart = payloadStart;
  segment.payloadLength = end - payloadStart;
  segment.payloadCutLength = walk.wireEnd - at - headerLength - segment.payloadLength;
  walk.sink.onSegment(segment, walk.packet);
  return LAYER.done;
}
