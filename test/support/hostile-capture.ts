/** One TCP segment of a made-up connection between 10.0.0.1:40000 and 10.0.0.2:8080. */
export interface PacketSpec {
  readonly from: "client" | "server";
  readonly flags: number;
  /** A character a byte (latin-1). */
  readonly payload: string;
}

/** A classic pcap of one connection, a millisecond a packet, sequence numbers as TCP counts them. */
export function tcpStory(packets: readonly PacketSpec[]): Buffer {
  const header = Buffer.alloc(24);
  header.writeUInt32LE(0xa1b2c3d4, 0);
  header.writeUInt16LE(2, 4);
  header.writeUInt16LE(4, 6);
  header.writeUInt32LE(262_144, 16);
  header.writeUInt32LE(1, 20);
  const next = { client: 1000, server: 9000 };
  const blocks = packets.map(({ from, flags, payload }, index) => {
    const to = from === "client" ? "server" : "client";
    const bytes = Buffer.from(payload, "latin1");
    const packet = Buffer.alloc(54 + bytes.length);
    packet.writeUInt16BE(0x0800, 12);
    packet.writeUInt16BE(0x4500, 14);
    packet.writeUInt16BE(40 + bytes.length, 16);
    packet.writeUInt32BE(0x4000_4006, 20);
    packet.writeUInt32BE(from === "client" ? 0x0a000001 : 0x0a000002, 26);
    packet.writeUInt32BE(from === "client" ? 0x0a000002 : 0x0a000001, 30);
    packet.writeUInt16BE(from === "client" ? 40_000 : 8080, 34);
    packet.writeUInt16BE(from === "client" ? 8080 : 40_000, 36);
    packet.writeUInt32BE(next[from], 38);
    packet.writeUInt32BE(flags === 2 ? 0 : next[to], 42);
    packet.writeUInt16BE((5 << 12) | flags, 46);
    packet.writeUInt16BE(0xffff, 48);
    bytes.copy(packet, 54);
    next[from] += bytes.length + (flags & 3 ? 1 : 0);
    const record = Buffer.alloc(16);
    record.writeUInt32LE(1_790_000_000, 0);
    record.writeUInt32LE(index * 1000, 4);
    record.writeUInt32LE(packet.length, 8);
    record.writeUInt32LE(packet.length, 12);
    return Buffer.concat([record, packet]);
  });
  return Buffer.concat([header, ...blocks]);
}
