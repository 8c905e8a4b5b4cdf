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

/** The bytes of an address that `formatAddress` wrote, or another form of RFC 4291 §2.2; null: not an address. */
export function parseAddress(text: string): Uint8Array | null {
  if (!text.includes(":")) return parseIpv4(text);
  const dotted = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(text);
  if (dotted !== null) {
    const last = parseIpv4(dotted[2] ?? "");
    if (last === null) return null;
    return parseAddress(`${dotted[1]}${u16be(last, 0).toString(16)}:${u16be(last, 2).toString(16)}`);
  }
  const [head = "", tail, ...more] = text.split("::");
  if (more.length > 0) return null;
  const groups = (part: string): string[] => (part === "" ? [] : part.split(":"));
  const [before, after] = [groups(head), groups(tail ?? "")];
  const zeros = 8 - before.length - after.length;
  if (tail === undefined ? zeros !== 0 : zeros < 1) return null;
  const all = [...before, ...Array.from({ length: zeros }, () => "0"), ...after];
  if (all.some((group) => !/^[0-9a-f]{1,4}$/i.test(group))) return null;
  return Uint8Array.from(all.flatMap((group) => [Number.parseInt(group, 16) >> 8, Number.parseInt(group, 16) & 255]));
}

function parseIpv4(text: string): Uint8Array | null {
  const parts = text.split(".");
  if (parts.length !== 4 || parts.some((part) => !/^\d{1,3}$/.test(part) || Number(part) > 255)) return null;
  return Uint8Array.from(parts.map(Number));
}
