import { u8, u16be } from "./bytes.ts";

/** Dotted decimal, or RFC 5952 text. `start` is the offset of 4 or 16 bytes. */
export function formatAddress(bytes: Uint8Array, start: number, ipVersion: 4 | 6): string {
  if (ipVersion === 4) {
    return `${u8(bytes, start)}.${u8(bytes, start + 1)}.${u8(bytes, start + 2)}.${u8(bytes, start + 3)}`;
  }
  const groups = Array.from({ length: 8 }, (_, group) => u16be(bytes, start + group * 2));
  // RFC 5952 §5: IPv4-mapped addresses are written with the dotted part.
  if (groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff) {
    return `::ffff:${formatAddress(bytes, start + 12, 4)}`;
  }
  let [bestStart, bestLength] = [-1, 1];
  for (let group = 0; group < 8; group++) {
    let length = 0;
    while (groups[group + length] === 0) length++;
    if (length > bestLength) [bestStart, bestLength] = [group, length];
  }
  const text = (from: number, to: number) =>
    groups
      .slice(from, to)
      .map((group) => group.toString(16))
      .join(":");
  return bestStart < 0 ? text(0, 8) : `${text(0, bestStart)}::${text(bestStart + bestLength, 8)}`;
}
