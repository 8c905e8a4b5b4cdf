// What a correction of the clock (NTP) does to a capture. The machine's own clock is not the lab's to set.

import { readFileSync, writeFileSync } from "node:fs";

const FILE_HEADER_BYTES = 24;
const RECORD_HEADER_BYTES = 16;
const ETHERNET_BYTES = 14;
const FIN = 0x01;

/** Sets the clock of a pcap file of IPv4 on Ethernet forward, just before its first FIN. */
export function setForward(file: string, seconds: number): void {
  const bytes = readFileSync(file);
  let isSet = false;
  for (let at = FILE_HEADER_BYTES; at < bytes.length; ) {
    const captured = bytes.readUInt32LE(at + 8);
    const packet = bytes.subarray(at + RECORD_HEADER_BYTES, at + RECORD_HEADER_BYTES + captured);
    isSet ||= isFin(packet);
    if (isSet) bytes.writeUInt32LE(bytes.readUInt32LE(at) + seconds, at);
    at += RECORD_HEADER_BYTES + captured;
  }
  writeFileSync(file, bytes);
}

function isFin(packet: Buffer): boolean {
  const isTcp = packet.readUInt16BE(12) === 0x0800 && packet[ETHERNET_BYTES + 9] === 6;
  const headerBytes = ((packet[ETHERNET_BYTES] ?? 0) & 0x0f) * 4;
  return isTcp && ((packet[ETHERNET_BYTES + headerBytes + 13] ?? 0) & FIN) !== 0;
}
