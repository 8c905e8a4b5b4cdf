import { u16, u32 } from "./endian.ts";
import {
  ENHANCED_PACKET,
  EPB_FIXED_BYTES,
  IDB_FIXED_BYTES,
  INTERFACE_DESCRIPTION,
  OPT_COMMENT,
  PACKET,
  SECTION_HEADER,
  SHB_FIXED_BYTES,
} from "./pcapng-format.ts";
import { commentText, type Option, OptionCursor, optionsLength, textOption, writeOptions } from "./pcapng-options.ts";

const SECTION_LENGTH_AT = 16;

/**
 * A block as it was, in the byte order of its section, with opt_comment options added in front of its own; `drop` tells
 * which of its own comments to leave out. The block is the one that starts at `bytes[start]` and that a reader has
 * accepted. A section's length becomes "unspecified", since its blocks may grow. Without anything to change the bytes
 * are not copied.
 *
 * null: comments were given for a block that cannot hold options (a Simple Packet Block has none).
 */
export function copyBlock(
  bytes: Uint8Array,
  start: number,
  little: boolean,
  comments: readonly string[],
  drop?: (comment: string) => boolean,
): Uint8Array | null {
  const type = u32(bytes, start, little);
  const end = start + ((u32(bytes, start + 4, little) + 3) & ~3) - 4;
  const optionsStart = optionsStartOf(type, bytes, start, end, little);
  let kept: Option[] | null = null;
  if (optionsStart !== null && (comments.length > 0 || drop !== undefined)) {
    kept = keptOptions(bytes, optionsStart, end, little, drop);
  } else if (comments.length > 0) return null;
  if (kept === null && type !== SECTION_HEADER) return bytes.subarray(start, end + 4);

  const options = [...comments.map((text) => textOption(OPT_COMMENT, text)), ...(kept ?? [])];
  const head = bytes.subarray(start, kept === null ? end : (optionsStart ?? end));
  const total = head.length + (kept === null ? 0 : optionsLength(options)) + 4;
  const copy = new Uint8Array(total);
  const data = new DataView(copy.buffer);
  copy.set(head);
  if (kept !== null) writeOptions(copy, head.length, options, little);
  data.setUint32(4, total, little);
  data.setUint32(total - 4, total, little);
  if (type === SECTION_HEADER) data.setBigInt64(SECTION_LENGTH_AT, -1n, little);
  return copy;
}

/** Index of the first option; null for blocks without options, or whose options are not for us to change. */
function optionsStartOf(type: number, bytes: Uint8Array, start: number, end: number, little: boolean): number | null {
  let at: number;
  if (type === SECTION_HEADER) at = start + SHB_FIXED_BYTES;
  else if (type === INTERFACE_DESCRIPTION) at = start + IDB_FIXED_BYTES;
  else if (type === ENHANCED_PACKET || type === PACKET) {
    at = start + EPB_FIXED_BYTES + ((u32(bytes, start + 20, little) + 3) & ~3);
  } else return null;
  return at <= end ? at : null;
}

function keptOptions(
  bytes: Uint8Array,
  start: number,
  end: number,
  little: boolean,
  drop: ((comment: string) => boolean) | undefined,
): Option[] {
  const kept: Option[] = [];
  const options = new OptionCursor(bytes, start, end, little);
  while (options.next()) {
    const { code, valueStart, valueLength } = options;
    if (code === OPT_COMMENT && drop?.(commentText(bytes, valueStart, valueLength))) continue;
    kept.push([code, bytes.subarray(valueStart, valueStart + valueLength)]);
  }
  return kept;
}

const EPB_FLAGS = 2;

/** What a packet's block tells of it beside its bytes, in the byte order that its type shows; `flags`: epb_flags. */
export function packetOptions(
  bytes: Uint8Array,
  start: number,
): { readonly comments: readonly string[]; readonly flags: number | null } {
  const little = u32(bytes, start, true) <= ENHANCED_PACKET;
  const end = start + ((u32(bytes, start + 4, little) + 3) & ~3) - 4;
  const optionsStart = optionsStartOf(u32(bytes, start, little), bytes, start, end, little);
  const comments: string[] = [];
  let flags: number | null = null;
  for (const [code, value] of optionsStart === null ? [] : keptOptions(bytes, optionsStart, end, little, undefined)) {
    if (code === OPT_COMMENT) comments.push(commentText(value, 0, value.length));
    else if (code === EPB_FLAGS && value.length === 4) flags = u32(value, 0, little);
  }
  return { comments, flags };
}

/** if_IPv4addr, if_IPv6addr, if_MACaddr, if_EUIaddr (draft-ietf-opsawg-pcapng §4.2). */
const ADDRESS_OPTIONS: ReadonlySet<number> = new Set([4, 5, 6, 7]);

/** Zeros instead of an interface's own addresses in its Interface Description Block, in place. */
export function clearAddressOptions(block: Uint8Array, little: boolean): void {
  for (let at = IDB_FIXED_BYTES; at + 4 <= block.length - 4; ) {
    const [code, length] = [u16(block, at, little), u16(block, at + 2, little)];
    if (code === 0) return;
    if (ADDRESS_OPTIONS.has(code)) block.fill(0, at + 4, Math.min(block.length - 4, at + 4 + length));
    at += 4 + ((length + 3) & ~3);
  }
}
