import { u8, u16be } from "../../base/bytes.ts";
import type { PacketView } from "../../base/packet-view.ts";
import { PacketDecoder } from "../../wire/packet-decoder.ts";
import { type IcmpErrorView, type SegmentView, SYN, type WireSink } from "../../wire/types.ts";
import { BLANK } from "./edits.ts";
import { FRAGMENT, NOT_TCP, type ScrubPipeline } from "./scrub-pipeline.ts";
import { type FindSpans, standIn } from "./stand-in.ts";

/** TCP checksum within the TCP header (RFC 9293 §3.1). */
const TCP_CHECKSUM = 16;
const ICMP_CHECKSUM = 2;

/**
 * Rewrites the bytes of single packets as a plan says. Lengths stay; checksums follow what changed (RFC 1624), so that a
 * right one stays right and a wrong one, left to a network card, stays as wrong as it was.
 */
export class PacketScrub implements WireSink {
  /** Bytes blanked because nothing could judge them, and fragments blanked whole. */
  unreadBytes = 0;
  fragments = 0;
  private readonly plan: ScrubPipeline;
  private readonly find: FindSpans;
  private readonly decoder = new PacketDecoder(this);
  private target = new Uint8Array(0);
  private changed = false;
  private handled = false;

  constructor(plan: ScrubPipeline, find: FindSpans) {
    this.plan = plan;
    this.find = find;
  }

  /** The packet as it may be shown; null: as it is. */
  scrub(packet: PacketView): Uint8Array | null {
    const { start, capturedLength } = packet;
    this.target = packet.bytes.slice(start, start + capturedLength);
    this.changed = false;
    this.handled = false;
    if (this.plan.ownerOf(packet.packetNumber) === FRAGMENT) {
      this.fragments++;
      this.blankFrom(Math.min(this.target.length, fragmentPayload(packet)));
      return this.target;
    }
    this.decoder.decode(packet);
    if (!this.handled) this.scrubText(0);
    return this.changed ? this.target : null;
  }

  onSegment(segment: SegmentView, packet: PacketView): void {
    this.handled = true;
    const at = segment.payloadStart - packet.start;
    const { payloadLength } = segment;
    if (segment.bytes !== packet.bytes) {
      this.blankFrom(Math.min(this.target.length, fragmentPayload(packet)));
      return;
    }
    if (payloadLength === 0) return;
    const owner = this.plan.ownerOf(packet.packetNumber);
    const payload = this.target.slice(at, at + payloadLength);
    const sequence = (segment.sequenceNumber + ((segment.flags & SYN) === 0 ? 0 : 1)) | 0;
    const edits = owner === NOT_TCP ? undefined : this.plan.edits.get(owner);
    if (edits === undefined) payload.fill(BLANK);
    else this.unreadBytes += edits.apply(sequence, payload);
    this.replace(at, payload, segment.optionsStart - 20 - packet.start, TCP_CHECKSUM);
  }

  /** The quoted packet's payload: as much of it as the router sent back (RFC 1812 §4.3.2.3). */
  onIcmpError(error: IcmpErrorView, packet: PacketView): void {
    this.handled = true;
    if (error.bytes !== packet.bytes) {
      this.blankFrom(Math.min(this.target.length, fragmentPayload(packet)));
      return;
    }
    const { bytes } = packet;
    const isV4 = error.ipVersion === 4;
    const ip = error.quotedSourceAddressStart - (isV4 ? 12 : 8);
    const tcp = ip + (isV4 ? (u8(bytes, ip) & 15) * 4 : 40);
    const end = packet.start + packet.capturedLength;
    const header = tcp + 12 < end ? Math.max(20, (u8(bytes, tcp + 12) >> 4) * 4) : 20;
    const from = Math.min(tcp + header, end);
    if (from >= end) return;
    const icmp = ip - 8;
    const before = this.target.slice();
    this.replace(from - packet.start, new Uint8Array(end - from).fill(BLANK), tcp - packet.start, TCP_CHECKSUM);
    // The quoted checksum has changed as well: ICMP's covers both.
    this.carry(before, tcp - packet.start, icmp - packet.start, ICMP_CHECKSUM);
  }

  onDatagram(): void {
    this.handled = true;
    this.scrubText(0);
  }

  onArp(): void {
    this.handled = true;
  }

  onOther(): void {
    this.handled = true;
    this.scrubText(0);
  }

  onMalformed(): void {}

  /** What is not TCP: only what gives itself away is overwritten. */
  private scrubText(from: number): void {
    const text = Buffer.from(this.target.buffer, this.target.byteOffset + from).toString("latin1");
    for (const { start, end, tag } of this.find(text)) {
      this.target.set(standIn(text.slice(start, end), tag), from + start);
      this.changed = true;
    }
  }

  private blankFrom(from: number): void {
    this.target.fill(BLANK, from);
    this.changed = true;
  }

  /** Lays `bytes` at `at` and carries the difference into the checksum of the header that starts at `header`. */
  private replace(at: number, bytes: Uint8Array, header: number, checksumAt: number): void {
    const before = this.target.slice(0, at + bytes.length);
    this.target.set(bytes, at);
    this.carry(before, at, header, checksumAt);
  }

  /** Corrects a checksum for what differs from `before` on (RFC 1624 §3). */
  private carry(before: Uint8Array, from: number, header: number, checksumAt: number): void {
    const { target } = this;
    let sum = 0;
    for (let i = from; i < before.length; i++) {
      const was = before[i] as number;
      const is = target[i] as number;
      if (was === is) continue;
      this.changed = true;
      // One's complement arithmetic: the byte's place within its 16-bit word decides its weight.
      const weight = ((i - header) & 1) === 0 ? 256 : 1;
      sum += 0xffff - was * weight + is * weight;
    }
    const place = header + checksumAt;
    if (sum === 0 || place + 2 > target.length) return;
    let check = 0xffff - u16be(target, place) + sum;
    while (check > 0xffff) check = (check % 0x10000) + Math.floor(check / 0x10000);
    target[place] = (0xffff - check) >> 8;
    target[place + 1] = (0xffff - check) & 0xff;
  }
}

/** Where the payload of an IP fragment starts in its packet, behind plain link headers; else 0, which blanks it all. */
function fragmentPayload({ bytes, start, linkType }: PacketView): number {
  const link = LINK_HEADERS[linkType];
  if (link === undefined) return 0;
  const ip = start + link;
  const version = u8(bytes, ip) >> 4;
  if (version === 4) {
    const isFirst = (u16be(bytes, ip + 6) & 0x1fff) === 0;
    return link + (u8(bytes, ip) & 15) * 4 + (isFirst ? 20 : 0);
  }
  return version === 6 ? link + 48 : 0;
}

const LINK_HEADERS: Readonly<Record<number, number>> = { 0: 4, 1: 14, 101: 0, 113: 16, 228: 0, 229: 0, 276: 20 };
