import { u8, viewOf } from "../base/bytes.ts";
import type { SegmentView } from "./types.ts";
import { has, LAYER, type Layer, malformed, type Walk } from "./walk.ts";

/** The fields of a TCP header whose 20 fixed bytes are there (RFC 9293 §3.1). */
export function readTcpFields(segment: SegmentView, bytes: Uint8Array, at: number): void {
  const view = viewOf(bytes);
  segment.sourcePort = view.getUint16(at);
  segment.destinationPort = view.getUint16(at + 2);
  segment.sequenceNumber = view.getInt32(at + 4);
  segment.acknowledgmentNumber = view.getInt32(at + 8);
  segment.flags = u8(bytes, at + 13);
  segment.window = view.getUint16(at + 14);
  segment.urgentPointer = view.getUint16(at + 18);
  segment.optionsStart = at + 20;
}

/** A TCP segment of any kind. Options that the capture cut off are missing, payload that it cut off is counted. */
export function readTcp(walk: Walk): Layer {
  if (!has(walk, 20, "wire.tcp.header-cut")) return LAYER.done;
  const { bytes, at, end, segment } = walk;
  const headerLength = (u8(bytes, at + 12) >> 4) * 4;
  if (headerLength < 20) return malformed(walk, "wire.tcp.data-offset-too-small", 20, "value");
  if (headerLength > walk.wireEnd - at) return malformed(walk, "wire.tcp.data-offset-too-large", headerLength, "value");
  const payloadStart = Math.min(at + headerLength, end);
  readTcpFields(segment, bytes, at);
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
