import { limits } from "../base/limits.ts";
import { u16, u32, u64 } from "./endian.ts";
import { type OptionCursor, optionText } from "./pcapng-options.ts";
import type { CaptureName, CaptureSecrets, CaptureStatistics } from "./types.ts";

const ISB_IFRECV = 4;
const ISB_IFDROP = 5;
const ISB_OSDROP = 7;

/** Interface Statistics Block (draft-ietf-opsawg-pcapng §4.6): interface id, time stamp, options. */
export const ISB_FIXED_BYTES = 12;

export function readStatistics(
  bytes: Uint8Array,
  little: boolean,
  options: OptionCursor,
): Pick<CaptureStatistics, "received" | "droppedByInterface" | "droppedByKernel"> {
  let received: number | null = null;
  let droppedByInterface: number | null = null;
  let droppedByKernel: number | null = null;
  while (options.next()) {
    if (options.valueLength < 8) continue;
    const value = () => Number(u64(bytes, options.valueStart, little));
    if (options.code === ISB_IFRECV) received = value();
    else if (options.code === ISB_IFDROP) droppedByInterface = value();
    else if (options.code === ISB_OSDROP) droppedByKernel = value();
  }
  return { received, droppedByInterface, droppedByKernel };
}

const NRB_RECORD_IPV4 = 1;
const NRB_RECORD_IPV6 = 2;

/** Name Resolution Block (draft-ietf-opsawg-pcapng §4.5): records until nrb_record_end; false: one overran the block. */
export function readNames(
  bytes: Uint8Array,
  start: number,
  end: number,
  little: boolean,
  captureIndex: number,
  onName: (name: CaptureName) => void,
): boolean {
  for (let at = start; at + 4 <= end; ) {
    const type = u16(bytes, at, little);
    const length = u16(bytes, at + 2, little);
    const value = at + 4;
    if (type === 0) return true;
    if (value + length > end) return false;
    const addressBytes = type === NRB_RECORD_IPV4 ? 4 : type === NRB_RECORD_IPV6 ? 16 : 0;
    if (addressBytes > 0 && length > addressBytes) {
      const address = addressBytes === 4 ? ipv4Text(bytes, value) : ipv6Text(bytes, value);
      // One or more names, each ended by a NUL byte.
      let from = value + addressBytes;
      for (let to = from; to <= value + length; to++) {
        if (to < value + length && bytes[to] !== 0) continue;
        if (to > from) {
          onName({ captureIndex, address, name: optionText(bytes, from, to - from, limits.interfaceTextBytes) });
        }
        from = to + 1;
      }
    }
    at = value + ((length + 3) & ~3);
  }
  return true;
}

const ipv4Text = (bytes: Uint8Array, at: number): string => bytes.subarray(at, at + 4).join(".");

/** RFC 5952 §4: lower case, the first longest run of two or more zero groups shortened. */
function ipv6Text(bytes: Uint8Array, at: number): string {
  const groups = Array.from({ length: 8 }, (_, index) => u16(bytes, at + index * 2, false));
  let from = -1;
  let longest = 1;
  for (let start = 0; start < 8; start++) {
    let length = 0;
    while (groups[start + length] === 0) length++;
    if (length > longest) [from, longest] = [start, length];
  }
  const text = (list: readonly number[]) => list.map((group) => group.toString(16)).join(":");
  return from < 0 ? text(groups) : `${text(groups.slice(0, from))}::${text(groups.slice(from + longest))}`;
}

/** Decryption Secrets Block (draft-ietf-opsawg-pcapng §4.7): type, length, data; null: the data overrun the block. */
export function readSecrets(
  bytes: Uint8Array,
  start: number,
  end: number,
  little: boolean,
  captureIndex: number,
): CaptureSecrets | null {
  const length = u32(bytes, start + 4, little);
  if (start + 8 + length > end) return null;
  return {
    captureIndex,
    secretsType: u32(bytes, start, little),
    bytes: bytes.slice(start + 8, start + 8 + length),
  };
}
