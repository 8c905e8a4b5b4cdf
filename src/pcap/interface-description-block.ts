import { limits } from "../base/limits.ts";
import { u16, u32, u64 } from "./endian.ts";
import { commentText, OPT_COMMENT, type OptionCursor, optionText } from "./pcapng-options.ts";
import { TickClock } from "./tick-clock.ts";

/** Body of an Interface Description Block (draft-ietf-opsawg-pcapng §4.2): link type, reserved, SnapLen, options. */
export const IDB_FIXED_BYTES = 8;

const IF_NAME = 2;
const IF_DESCRIPTION = 3;
const IF_TSRESOL = 9;
const IF_FILTER = 11;
const IF_OS = 12;
const IF_TSOFFSET = 14;
const MICROSECONDS = 6;
/** if_filter's first byte: the rest is a libpcap filter string (and not BPF byte code). */
const FILTER_IS_TEXT = 0;

export interface InterfaceDescription {
  readonly linkType: number;
  readonly snapLength: number;
  readonly clock: TickClock;
  readonly name: string | null;
  readonly description: string | null;
  readonly filter: string | null;
  readonly operatingSystem: string | null;
  readonly comments: readonly string[];
}

export function readInterfaceDescription(
  bytes: Uint8Array,
  start: number,
  little: boolean,
  options: OptionCursor,
): InterfaceDescription {
  let name: string | null = null;
  let description: string | null = null;
  let filter: string | null = null;
  let operatingSystem: string | null = null;
  let resolution = MICROSECONDS;
  let offsetSeconds = 0n;
  const comments: string[] = [];
  while (options.next()) {
    const { code, valueStart: at, valueLength: length } = options;
    const text = () => optionText(bytes, at, length, limits.interfaceTextBytes);
    if (code === IF_NAME) name = text();
    else if (code === IF_DESCRIPTION) description = text();
    else if (code === IF_OS) operatingSystem = text();
    else if (code === IF_FILTER && length > 1 && bytes[at] === FILTER_IS_TEXT) {
      filter = optionText(bytes, at + 1, length - 1, limits.interfaceTextBytes);
    } else if (code === IF_TSRESOL && length >= 1) resolution = bytes[at] ?? MICROSECONDS;
    else if (code === IF_TSOFFSET && length >= 8) offsetSeconds = BigInt.asIntN(64, u64(bytes, at, little));
    else if (code === OPT_COMMENT) comments.push(commentText(bytes, at, length));
  }
  return {
    linkType: u16(bytes, start, little),
    snapLength: u32(bytes, start + 4, little),
    clock: new TickClock(resolution, offsetSeconds),
    name,
    description,
    filter,
    operatingSystem,
    comments,
  };
}
