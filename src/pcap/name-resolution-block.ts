import * as limits from "../base/limits.ts";
import { u16 } from "./endian.ts";
import { optionText } from "./pcapng-options.ts";
import type { CaptureSink } from "./types.ts";

const NRB_RECORD_END = 0;
const NRB_RECORD_IPV4 = 1;
const NRB_RECORD_IPV6 = 2;

/** Name Resolution Block (draft-ietf-opsawg-pcapng §4.5): records until nrb_record_end; false: one overran the block. */
export function readNames(
  bytes: Uint8Array,
  start: number,
  end: number,
  little: boolean,
  captureIndex: number,
  sink: CaptureSink,
): boolean {
  for (let at = start; at + 4 <= end; ) {
    const type = u16(bytes, at, little);
    const length = u16(bytes, at + 2, little);
    const value = at + 4;
    if (type === NRB_RECORD_END) return true;
    if (value + length > end) return false;
    const addressBytes = type === NRB_RECORD_IPV4 ? 4 : type === NRB_RECORD_IPV6 ? 16 : 0;
    if (addressBytes > 0 && length > addressBytes) {
      const address = addressBytes === 4 ? ipv4Text(bytes, value) : ipv6Text(bytes, value);
      // One or more names, each ended by a NUL byte.
      let from = value + addressBytes;
      for (let to = from; to <= value + length; to++) {
        if (to < value + length && bytes[to] !== 0) continue;
        if (to > from) {
          sink.onName({ captureIndex, address, name: optionText(bytes, from, to - from, limits.interfaceTextBytes) });
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
