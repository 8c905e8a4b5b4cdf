import { latin1, u8, u16be } from "../../base/bytes.ts";
import type { Sum, SummedBytes } from "./summed-bytes.ts";

const [A, NS, CNAME, SOA, PTR, MX, AAAA, SRV] = [1, 2, 5, 6, 12, 15, 28, 33];
/** Records that hold names and numbers only. */
const NAMES: ReadonlySet<number> = new Set([NS, CNAME, SOA, PTR, MX, SRV]);
const HEADER_BYTES = 12;
const LABELS = 128;
const ZERO = 0x30;

/**
 * A DNS message (RFC 1035 §4.1): addresses of A and AAAA records go to `address`, what other records hold is blanked
 * unless it is names, and so are the numbers of a reverse look-up. Answers where reading had to stop.
 */
export function blankDnsAddresses(
  packet: SummedBytes,
  start: number,
  sums: readonly Sum[],
  address: (at: number, length: 4 | 16) => void,
): number {
  const { bytes } = packet;
  if (start + HEADER_BYTES > bytes.length) return start;
  const questions = u16be(bytes, start + 4);
  const records = u16be(bytes, start + 6) + u16be(bytes, start + 8) + u16be(bytes, start + 10);
  let at = start + HEADER_BYTES;
  for (let question = 0; question < questions; question++) {
    const next = blankReverseName(packet, at, sums);
    if (next < 0 || next + 4 > bytes.length) return at;
    at = next + 4;
  }
  for (let record = 0; record < records; record++) {
    const owner = blankReverseName(packet, at, sums);
    if (owner < 0 || owner + 10 > bytes.length) return at;
    const type = u16be(bytes, owner);
    const data = owner + 10;
    const end = data + u16be(bytes, owner + 8);
    if (end > bytes.length) return data;
    if (type === A && end - data === 4) address(data, 4);
    else if (type === AAAA && end - data === 16) address(data, 16);
    else if (!NAMES.has(type)) packet.blank(data, end, sums);
    at = end;
  }
  return at;
}

/** Behind the name at `from`, whose labels before "in-addr" or "ip6" (RFC 1035 §3.5, RFC 3596 §2.5) are zeros then; -1: none. */
function blankReverseName(packet: SummedBytes, from: number, sums: readonly Sum[]): number {
  const { bytes } = packet;
  const labels: { readonly at: number; readonly length: number }[] = [];
  let at = from;
  for (let step = 0; step < LABELS && at < bytes.length; step++) {
    const length = u8(bytes, at);
    if (length >= 0xc0) return at + 2;
    if (length === 0) return at + 1;
    if (length > 63 || at + 1 + length > bytes.length) return -1;
    const text = latin1(bytes, at + 1, at + 1 + length).toLowerCase();
    if (text === "in-addr" || text === "ip6")
      for (const label of labels) packet.set(label.at, new Uint8Array(label.length).fill(ZERO), sums);
    labels.push({ at: at + 1, length });
    at += 1 + length;
  }
  return -1;
}
