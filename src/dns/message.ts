import { formatAddress } from "../base/address.ts";
import { latin1, u8, u16be } from "../base/bytes.ts";

/** The first question of a DNS message and what was answered (RFC 1035 §4.1). Untrusted text. */
export interface DnsMessage {
  readonly id: number;
  readonly isResponse: boolean;
  /** RFC 1035 §4.1.1: 0 no error, 2 server failure, 3 no such name, 5 refused. */
  readonly responseCode: number;
  readonly name: string;
  /** 1 A, 28 AAAA, 65 HTTPS … */
  readonly type: number;
  /** A and AAAA records of the answer section. */
  readonly addresses: readonly string[];
}

const HEADER_BYTES = 12;
const A = 1;
const AAAA = 28;
/** RFC 1035 §2.3.4: a name has at most 255 bytes, so at most 127 labels; pointers count too. */
const LABELS = 128;

interface Name {
  readonly text: string;
  /** Where reading goes on behind the name. */
  readonly next: number;
}

/** null: not a DNS message with a question. Never throws, never follows a loop of pointers. */
export function readDnsMessage(bytes: Uint8Array, start: number, end: number): DnsMessage | null {
  if (end - start < HEADER_BYTES || u16be(bytes, start + 4) !== 1) return null;
  const question = readName(bytes, start, end, start + HEADER_BYTES);
  if (question === null || question.next + 4 > end) return null;
  const flags = u16be(bytes, start + 2);
  return {
    id: u16be(bytes, start),
    isResponse: (flags & 0x8000) !== 0,
    responseCode: flags & 15,
    name: question.text,
    type: u16be(bytes, question.next),
    addresses: readAddresses(bytes, start, end, question.next + 4, u16be(bytes, start + 6)),
  };
}

function readAddresses(bytes: Uint8Array, start: number, end: number, from: number, count: number): string[] {
  const addresses: string[] = [];
  let at = from;
  for (let record = 0; record < count; record++) {
    const owner = readName(bytes, start, end, at);
    if (owner === null || owner.next + 10 > end) break;
    const type = u16be(bytes, owner.next);
    const length = u16be(bytes, owner.next + 8);
    at = owner.next + 10 + length;
    if (at > end) break;
    if (type === A && length === 4) addresses.push(formatAddress(bytes, owner.next + 10, 4));
    if (type === AAAA && length === 16) addresses.push(formatAddress(bytes, owner.next + 10, 6));
  }
  return addresses;
}

/** RFC 1035 §4.1.4: labels, or a pointer to earlier ones. */
function readName(bytes: Uint8Array, start: number, end: number, from: number): Name | null {
  const labels: string[] = [];
  let next = -1;
  let at = from;
  for (let step = 0; step < LABELS; step++) {
    if (at >= end) return null;
    const length = u8(bytes, at);
    if (length >= 0xc0) {
      if (at + 1 >= end) return null;
      if (next < 0) next = at + 2;
      at = start + (u16be(bytes, at) & 0x3fff);
    } else if (length === 0) {
      return { text: labels.join("."), next: next < 0 ? at + 1 : next };
    } else {
      if (length > 63 || at + 1 + length > end) return null;
      labels.push(latin1(bytes, at + 1, at + 1 + length));
      at += 1 + length;
    }
  }
  return null;
}
