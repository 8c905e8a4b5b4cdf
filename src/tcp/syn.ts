import { u8, u16be } from "../base/bytes.ts";
import type { SegmentView } from "../wire/types.ts";
import type { SynOptionsRow } from "./connection.ts";

/** The options that a SYN announces: RFC 9293 §3.2, RFC 7323 §2.2 and §3.2, RFC 2018 §2. */
export function synOptionsOf(segment: SegmentView): SynOptionsRow {
  const { bytes, optionsStart } = segment;
  const end = optionsStart + segment.optionsLength;
  const found = {
    mss: null as number | null,
    windowScale: null as number | null,
    sackPermitted: false,
    timestamps: false,
  };
  for (let at = optionsStart; at < end; ) {
    const kind = u8(bytes, at);
    if (kind === 0) break;
    if (kind === 1) {
      at++;
      continue;
    }
    const length = at + 1 < end ? u8(bytes, at + 1) : 0;
    if (length < 2 || at + length > end) break;
    if (kind === 2 && length === 4) found.mss = u16be(bytes, at + 2);
    else if (kind === 3 && length === 3) found.windowScale = Math.min(u8(bytes, at + 2), 14);
    else if (kind === 4) found.sackPermitted = true;
    else if (kind === 8 && length === 10) found.timestamps = true;
    at += length;
  }
  return found;
}
