import {
  BYTE_ORDER_MAGIC,
  ENHANCED_PACKET,
  EPB_FIXED_BYTES,
  FILTER_IS_TEXT,
  IDB_FIXED_BYTES,
  IF_DESCRIPTION,
  IF_FILTER,
  IF_NAME,
  IF_OS,
  IF_TSRESOL,
  INTERFACE_DESCRIPTION,
  INTERFACE_STATISTICS,
  ISB_FIXED_BYTES,
  ISB_IFDROP,
  ISB_IFRECV,
  ISB_OSDROP,
  ISB_USRDELIV,
  OPT_COMMENT,
  SECTION_HEADER,
  SHB_FIXED_BYTES,
} from "./pcapng-format.ts";
import { type Option, optionsLength, textOption, writeOptions } from "./pcapng-options.ts";
import type { CaptureStatistics, InterfaceInfo } from "./types.ts";

const SHB_OS = 3;
const SHB_USERAPPL = 4;
const EPB_FLAGS = 2;
const NANOSECONDS = Uint8Array.of(9);

const LITTLE = true;
const UNKNOWN_LENGTH = -1n;

/** A block without its body: type and both total lengths are set, the rest is zero (draft-ietf-opsawg-pcapng §3.1). */
function blockOf(type: number, fixedBytes: number, dataBytes: number, options: readonly Option[]): DataView {
  const optionsStart = fixedBytes + ((dataBytes + 3) & ~3);
  const total = optionsStart + optionsLength(options) + 4;
  const bytes = new Uint8Array(total);
  const data = new DataView(bytes.buffer);
  data.setUint32(0, type, LITTLE);
  data.setUint32(4, total, LITTLE);
  data.setUint32(total - 4, total, LITTLE);
  writeOptions(bytes, optionsStart, options, LITTLE);
  return data;
}

const bytesOf = (block: DataView): Uint8Array => new Uint8Array(block.buffer);

const commentOptions = (comments: readonly string[] | undefined): Option[] =>
  (comments ?? []).map((text) => textOption(OPT_COMMENT, text));

const textOptions = (texts: readonly (readonly [code: number, text: string | null | undefined])[]): Option[] =>
  texts.flatMap(([code, text]) => (text == null ? [] : [textOption(code, text)]));

/** Section Header Block (§4.1), little-endian: what begins every capture that is written. */
export function sectionHeaderBlock(told: {
  readonly application: string;
  readonly operatingSystem?: string;
  readonly comments?: readonly string[];
}): Uint8Array {
  const options = [
    ...commentOptions(told.comments),
    ...textOptions([
      [SHB_OS, told.operatingSystem],
      [SHB_USERAPPL, told.application],
    ]),
  ];
  const block = blockOf(SECTION_HEADER, SHB_FIXED_BYTES, 0, options);
  block.setUint32(8, BYTE_ORDER_MAGIC, LITTLE);
  block.setUint16(12, 1, LITTLE);
  block.setBigInt64(16, UNKNOWN_LENGTH, LITTLE);
  return bytesOf(block);
}

/** Interface Description Block (§4.2); its packets are numbered by the order of these blocks. Nanoseconds. */
export function interfaceDescriptionBlock(
  info: Pick<InterfaceInfo, "linkType" | "snapLength"> & Partial<InterfaceInfo>,
  comments?: readonly string[],
): Uint8Array {
  const options = [
    ...commentOptions(comments),
    ...textOptions([
      [IF_NAME, info.name],
      [IF_DESCRIPTION, info.description],
      [IF_OS, info.operatingSystem],
    ]),
  ];
  if (info.filter != null) {
    const [code, text] = textOption(IF_FILTER, info.filter);
    options.push([code, Uint8Array.of(FILTER_IS_TEXT, ...text)]);
  }
  options.push([IF_TSRESOL, NANOSECONDS]);
  const block = blockOf(INTERFACE_DESCRIPTION, IDB_FIXED_BYTES, 0, options);
  block.setUint16(8, info.linkType, LITTLE);
  block.setUint32(12, info.snapLength, LITTLE);
  return bytesOf(block);
}

export interface WrittenPacket {
  readonly interfaceId: number;
  /** Epoch nanoseconds; times before 1970 cannot be written and become 1970. */
  readonly timeNs: bigint;
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly capturedLength: number;
  readonly originalLength: number;
  readonly comments?: readonly string[];
  /** epb_flags: direction, reception type, errors. */
  readonly flags?: number;
}

/** Enhanced Packet Block (§4.3). */
export function enhancedPacketBlock(packet: WrittenPacket): Uint8Array {
  const options = commentOptions(packet.comments);
  if (packet.flags !== undefined) {
    const value = new Uint8Array(4);
    new DataView(value.buffer).setUint32(0, packet.flags, LITTLE);
    options.push([EPB_FLAGS, value]);
  }
  const { bytes, start, capturedLength } = packet;
  const block = blockOf(ENHANCED_PACKET, EPB_FIXED_BYTES, capturedLength, options);
  const timeNs = packet.timeNs < 0n ? 0n : packet.timeNs;
  block.setUint32(8, packet.interfaceId, LITTLE);
  block.setUint32(12, Number((timeNs >> 32n) & 0xffff_ffffn), LITTLE);
  block.setUint32(16, Number(timeNs & 0xffff_ffffn), LITTLE);
  block.setUint32(20, capturedLength, LITTLE);
  block.setUint32(24, packet.originalLength, LITTLE);
  const written = bytesOf(block);
  written.set(bytes.subarray(start, start + capturedLength), EPB_FIXED_BYTES);
  return written;
}

/**
 * Interface Statistics Block (§4.6) as of `timeNs`; counts that are not known are left out. `delivered`: packets of the
 * interface that the capture holds.
 */
export function interfaceStatisticsBlock(
  interfaceId: number,
  timeNs: bigint,
  counts: Pick<CaptureStatistics, "received" | "droppedByInterface" | "droppedByKernel"> & {
    readonly delivered?: number;
  },
): Uint8Array {
  const options: Option[] = [];
  const add = (code: number, count: number | null) => {
    if (count === null) return;
    const value = new Uint8Array(8);
    new DataView(value.buffer).setBigUint64(0, BigInt(count), LITTLE);
    options.push([code, value]);
  };
  add(ISB_IFRECV, counts.received);
  add(ISB_IFDROP, counts.droppedByInterface);
  add(ISB_OSDROP, counts.droppedByKernel);
  add(ISB_USRDELIV, counts.delivered ?? null);
  const block = blockOf(INTERFACE_STATISTICS, ISB_FIXED_BYTES, 0, options);
  block.setUint32(8, interfaceId, LITTLE);
  block.setUint32(12, Number((timeNs >> 32n) & 0xffff_ffffn), LITTLE);
  block.setUint32(16, Number(timeNs & 0xffff_ffffn), LITTLE);
  return bytesOf(block);
}
