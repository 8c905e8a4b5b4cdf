import { i32be, i32le, u8, u16be, u16le } from "../../base/bytes.ts";
import { LINK } from "../../wire/link/link-types.ts";

const TO_DS = 0x01;
const FROM_DS = 0x02;
const MORE_FRAGMENTS = 0x04;
const PROTECTED = 0x40;
const ORDER = 0x80;
const QOS = 0x80;
const NO_DATA = 0x40;
const A_MSDU = 0x80;
const [MANAGEMENT, CONTROL, DATA] = [0, 1, 2];
const SNAP_BYTES = 8;

/** Where an IEEE 802.11 frame begins behind what capture drivers put before it; -1: not to be told. */
export function radioFrameStart(bytes: Uint8Array, linkType: number): number {
  if (linkType === LINK.wlan) return 0;
  if (bytes.length < 8) return -1;
  let length = -1;
  if (linkType === LINK.radiotap) length = u16le(bytes, 2);
  else if (linkType === LINK.avs || i32be(bytes, 0) >>> 12 === 0x80211) length = i32be(bytes, 4);
  else if (linkType === LINK.prism) length = Math.min(i32le(bytes, 4) >>> 0, i32be(bytes, 4) >>> 0);
  return length >= 8 && length <= bytes.length ? length : -1;
}

/** The places of a frame that a rewriter has to know (IEEE 802.11 §9.2.4, §9.3). */
export interface RadioFrame {
  /** Of hardware addresses. */
  readonly addresses: readonly number[];
  /** Behind the header. */
  readonly body: number;
  /** What the body is, where it is a whole packet in the clear behind LLC and SNAP. */
  readonly etherType: number | null;
}

/** null: too short, or of another version. */
export function readRadioFrame(bytes: Uint8Array, at: number): RadioFrame | null {
  if (at + 10 > bytes.length || (u8(bytes, at) & 3) !== 0) return null;
  const control = u8(bytes, at);
  const flags = u8(bytes, at + 1);
  const type = (control >> 2) & 3;
  const subtype = control >> 4;
  const whole = (places: readonly number[]): number[] => places.filter((place) => place + 6 <= bytes.length);
  if (type === CONTROL) {
    // CTS and ACK name the receiver only; control wrappers and beamforming reports are as rare as they are odd.
    const hasOne = subtype === 12 || subtype === 13;
    return { addresses: whole(hasOne ? [at + 4] : [at + 4, at + 10]), body: at + (hasOne ? 10 : 16), etherType: null };
  }
  const three = [at + 4, at + 10, at + 16];
  if (type === MANAGEMENT)
    return { addresses: whole(three), body: at + ((flags & ORDER) === 0 ? 24 : 28), etherType: null };
  if (type !== DATA) return { addresses: whole(three), body: at + 24, etherType: null };
  const hasFour = (flags & TO_DS) !== 0 && (flags & FROM_DS) !== 0;
  const isQos = (control & QOS) !== 0;
  let body = at + 24 + (hasFour ? 6 : 0);
  const isAMsdu = isQos && body < bytes.length && (u8(bytes, body) & A_MSDU) !== 0;
  if (isQos) body += (flags & ORDER) === 0 ? 2 : 6;
  const isWhole = (flags & MORE_FRAGMENTS) === 0 && (u8(bytes, at + 22) & 0x0f) === 0;
  const isClear = (control & NO_DATA) === 0 && (flags & PROTECTED) === 0 && isWhole && !isAMsdu;
  return {
    addresses: whole(hasFour ? [...three, at + 24] : three),
    body,
    etherType: isClear ? snapType(bytes, body) : null,
  };
}

/** RFC 1042: AA AA 03 00 00 00, EtherType. */
function snapType(bytes: Uint8Array, at: number): number | null {
  if (at + SNAP_BYTES > bytes.length || u16be(bytes, at) !== 0xaaaa || i32be(bytes, at + 2) !== 0x03000000) return null;
  return u16be(bytes, at + 6);
}
