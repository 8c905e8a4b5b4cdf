import { type MessageView, TEXT } from "../../src/websocket/types.ts";

/** A whole text message, as the decoders pass it on. */
export function messageView(direction: 0 | 1, text: string, packet: number, atMs: number): MessageView {
  const bytes = new Uint8Array(Buffer.from(text));
  return {
    direction,
    opcode: TEXT,
    compressed: false,
    frames: 1,
    wireLength: bytes.length,
    length: bytes.length,
    bytes,
    keptLength: bytes.length,
    problem: null,
    validUtf8: true,
    firstPacketNumber: packet,
    firstTimestampNs: atMs * 1e6,
    lastPacketNumber: packet,
    lastTimestampNs: atMs * 1e6,
  };
}
