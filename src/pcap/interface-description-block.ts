import * as limits from "../base/limits.ts";
import { u16, u32, u64 } from "./endian.ts";
import {
  FILTER_IS_TEXT,
  IF_DESCRIPTION,
  IF_FILTER,
  IF_NAME,
  IF_OS,
  IF_TSOFFSET,
  IF_TSRESOL,
  OPT_COMMENT,
} from "./pcapng-format.ts";
import { commentText, type OptionCursor, optionText } from "./pcapng-options.ts";
import { TickClock } from "./tick-clock.ts";

const MICROSECONDS = 6;

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

/** Interface Description Block (draft-ietf-opsawg-pcapng §4.2): link type, reserved, SnapLen, options. */
export function readInterfaceDescription(
  bytes: Uint8Array,
  at: number,
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
    const { code, valueStart: from, valueLength: length } = options;
    const text = () => optionText(bytes, from, length, limits.interfaceTextBytes);
    if (code === IF_NAME) name = text();
    else if (code === IF_DESCRIPTION) description = text();
    else if (code === IF_OS) operatingSystem = text();
    else if (code === IF_FILTER && length > 1 && bytes[from] === FILTER_IS_TEXT) {
      filter = optionText(bytes, from + 1, length - 1, limits.interfaceTextBytes);
    } else if (code === IF_TSRESOL && length >= 1) resolution = bytes[from] ?? MICROSECONDS;
    else if (code === IF_TSOFFSET && length >= 8) offsetSeconds = BigInt.asIntN(64, u64(bytes, from, little));
    else if (code === OPT_COMMENT) comments.push(commentText(bytes, from, length));
  }
  return {
    linkType: u16(bytes, at + 8, little),
    snapLength: u32(bytes, at + 12, little),
    clock: new TickClock(resolution, offsetSeconds),
    name,
    description,
    filter,
    operatingSystem,
    comments,
  };
}
