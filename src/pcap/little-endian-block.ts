import { u16be, u32be } from "../base/bytes.ts";
import { DECRYPTION_SECRETS, NAME_RESOLUTION, OPT_END } from "./pcapng-format.ts";

const SYSTEMD_JOURNAL = 9;
const BODY = 8;
/** Options whose value begins with a Private Enterprise Number (draft-ietf-opsawg-pcapng §3.5.1). */
const CUSTOM_OPTIONS: ReadonlySet<number> = new Set([2988, 2989, 19_372, 19_373]);
const RECORD_END = 0;

/**
 * The block `bytes[start, end)` as a little-endian section holds it; null: what its numbers are is not known. A reader has
 * accepted it, so that both lengths are right; what is inside may be cut short.
 */
export function littleEndianBlock(bytes: Uint8Array, start: number, end: number, little: boolean): Uint8Array | null {
  const block = bytes.slice(start, end);
  if (little) return block;
  const type = u32be(block, 0);
  const last = block.length - 4;
  if (type === NAME_RESOLUTION) swapOptions(block, swapRecords(block, BODY, last), last);
  else if (type === DECRYPTION_SECRETS) swapSecrets(block, last);
  else if (type !== SYSTEMD_JOURNAL) return null;
  block.subarray(0, 4).reverse();
  block.subarray(4, BODY).reverse();
  block.subarray(last).reverse();
  return block;
}

/** Code (or type) and length of each item, whose value is padded to 32 bits; answers with where the list ends. */
function swapItems(
  block: Uint8Array,
  from: number,
  end: number,
  endCode: number,
  each: (code: number, at: number) => void,
): number {
  for (let at = from; at + 4 <= end; ) {
    const [code, length] = [u16be(block, at), u16be(block, at + 2)];
    block.subarray(at, at + 2).reverse();
    block.subarray(at + 2, at + 4).reverse();
    at += 4;
    if (code === endCode) return at;
    each(code, at);
    at += (length + 3) & ~3;
  }
  return end;
}

/** Name Resolution Block (§4.5): addresses are in network order, names are text. */
const swapRecords = (block: Uint8Array, from: number, end: number): number =>
  swapItems(block, from, end, RECORD_END, () => undefined);

function swapOptions(block: Uint8Array, from: number, end: number): void {
  swapItems(block, from, end, OPT_END, (code, at) => {
    if (CUSTOM_OPTIONS.has(code) && at + 4 <= end) block.subarray(at, at + 4).reverse();
  });
}

/** Decryption Secrets Block (§4.7): type, length, data. */
function swapSecrets(block: Uint8Array, end: number): void {
  const options = BODY + 8;
  if (end < options) return;
  const length = u32be(block, BODY + 4);
  block.subarray(BODY, BODY + 4).reverse();
  block.subarray(BODY + 4, options).reverse();
  swapOptions(block, Math.min(end, options + ((length + 3) & ~3)), end);
}
