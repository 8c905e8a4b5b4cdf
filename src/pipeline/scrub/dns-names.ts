import { latin1, u8, u16be } from "../../base/bytes.ts";
import type { Sum, SummedBytes } from "./summed-bytes.ts";

const [A, NS, CNAME, SOA, PTR, MX, AAAA, SRV] = [1, 2, 5, 6, 12, 15, 28, 33];
/** Records that hold names, behind this many bytes of numbers. */
const NAME_AT: Readonly<Record<number, number>> = { [NS]: 0, [CNAME]: 0, [SOA]: 0, [PTR]: 0, [MX]: 2, [SRV]: 6 };
const HEADER_BYTES = 12;
const LABELS = 128;
const ZERO = 0x30;

export interface DnsPseudonyms {
  /** Gives the address at a place its pseudonym. */
  address(at: number, length: 4 | 16): void;
  /** Labels as long as the ones of a name. */
  labels(own: readonly string[]): readonly string[];
}

/**
 * A DNS message (RFC 1035 §4.1): addresses of A and AAAA records and names get their pseudonyms, what other records hold
 * is blanked, and so are the numbers of a reverse look-up. Answers where reading had to stop.
 */
export function hideDns(packet: SummedBytes, start: number, sums: readonly Sum[], pseudonyms: DnsPseudonyms): number {
  const message = new DnsMessage(packet, start, sums, pseudonyms);
  const end = message.hide();
  message.write();
  return end;
}

interface Label {
  readonly at: number;
  readonly text: string;
}

/** Names refer back to others: all are read before any is written. */
class DnsMessage {
  private readonly packet: SummedBytes;
  private readonly start: number;
  private readonly sums: readonly Sum[];
  private readonly pseudonyms: DnsPseudonyms;
  private readonly written = new Map<number, Uint8Array>();

  constructor(packet: SummedBytes, start: number, sums: readonly Sum[], pseudonyms: DnsPseudonyms) {
    this.packet = packet;
    this.start = start;
    this.sums = sums;
    this.pseudonyms = pseudonyms;
  }

  hide(): number {
    const { packet, start, sums } = this;
    const { bytes } = packet;
    if (start + HEADER_BYTES > bytes.length) return start;
    const questions = u16be(bytes, start + 4);
    const records = u16be(bytes, start + 6) + u16be(bytes, start + 8) + u16be(bytes, start + 10);
    let at = start + HEADER_BYTES;
    for (let question = 0; question < questions; question++) {
      const next = this.name(at);
      if (next < 0 || next + 4 > bytes.length) return at;
      at = next + 4;
    }
    for (let record = 0; record < records; record++) {
      const owner = this.name(at);
      if (owner < 0 || owner + 10 > bytes.length) return at;
      const type = u16be(bytes, owner);
      const data = owner + 10;
      const end = data + u16be(bytes, owner + 8);
      if (end > bytes.length) return data;
      const nameAt = NAME_AT[type];
      if (type === A && end - data === 4) this.pseudonyms.address(data, 4);
      else if (type === AAAA && end - data === 16) this.pseudonyms.address(data, 16);
      else if (nameAt === undefined) packet.blank(data, end, sums);
      else this.namesOf(data + nameAt, end, type === SOA ? 2 : 1);
      at = end;
    }
    return at;
  }

  write(): void {
    for (const [at, bytes] of this.written) this.packet.set(at, bytes, this.sums);
  }

  private namesOf(from: number, end: number, count: number): void {
    let at = from;
    for (let name = 0; name < count && at >= 0 && at < end; name++) at = this.name(at);
    if (at < 0) this.packet.blank(from, end, this.sums);
  }

  /** Behind the name at `from`; -1: there is none. What is not whole is left to be blanked. */
  private name(from: number): number {
    const labels: Label[] = [];
    const end = this.read(from, labels);
    if (end < 0) return -1;
    const texts = labels.map(({ text }) => text);
    const reverse = texts.findIndex((text) => /^(in-addr|ip6)$/i.test(text));
    const shown = this.pseudonyms.labels(texts);
    for (const [index, { at, text }] of labels.entries()) {
      // Labels before "in-addr" or "ip6" are an address (RFC 1035 §3.5, RFC 3596 §2.5).
      const made =
        index < reverse
          ? new Uint8Array(text.length).fill(ZERO)
          : Buffer.from(reverse < 0 ? (shown[index] ?? "") : text, "latin1");
      if (made.length === text.length) this.written.set(at, Uint8Array.from(made));
    }
    return end;
  }

  /** Follows references (RFC 1035 §4.1.4), which point back only. */
  private read(from: number, labels: Label[]): number {
    const { bytes } = this.packet;
    let at = from;
    let end = -1;
    for (let step = 0; step < LABELS && at < bytes.length; step++) {
      const length = u8(bytes, at);
      if (length >= 0xc0) {
        if (at + 2 > bytes.length) return -1;
        if (end < 0) end = at + 2;
        const target = this.start + (u16be(bytes, at) & 0x3fff);
        if (target >= at) return -1;
        at = target;
      } else if (length === 0) return end < 0 ? at + 1 : end;
      else if (length > 63 || at + 1 + length > bytes.length) return -1;
      else {
        labels.push({ at: at + 1, text: latin1(bytes, at + 1, at + 1 + length) });
        at += 1 + length;
      }
    }
    return -1;
  }
}
