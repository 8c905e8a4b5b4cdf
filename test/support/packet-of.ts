import type { PacketNumber, RelativeNs } from "../../src/base/brand.ts";
import type { PacketView } from "../../src/base/packet-view.ts";

/** A whole Ethernet packet of a capture that nothing else is in. */
export const packetOf = (bytes: Uint8Array, number: number, atNs: number): PacketView => ({
  packetNumber: number as PacketNumber,
  timestampNs: atNs as RelativeNs,
  linkType: 1,
  bytes,
  start: 0,
  capturedLength: bytes.length,
  originalLength: bytes.length,
  captureIndex: 0,
  interfaceIndex: 0,
  recordOffset: 0,
  clockAheadNs: 0,
});
