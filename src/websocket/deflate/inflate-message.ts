import { constants, inflateRawSync } from "node:zlib";
import { flat, type History, WINDOW_BYTES } from "./history.ts";
import { CORRUPT, endsWithFlush, INFLATED, type InflateStatus, TOO_LARGE } from "./inflate.ts";

/** What `inflateRawSync` answers with `info: true`; `bytesWritten` counts the input it took. */
interface InflateInfo {
  readonly buffer: Uint8Array;
  readonly engine: { readonly bytesWritten: number };
}

/** 00 00 ff ff (RFC 7692 §7.2.2), then an empty last block, so that zlib itself says whether the message was whole. */
const ENDING = Uint8Array.of(0, 0, 0xff, 0xff, 1, 0, 0, 0xff, 0xff);
const nothing = new Uint8Array(0);

export interface LargeResult {
  status: InflateStatus;
  bytes: Uint8Array;
}

const lastWindow = (before: Uint8Array, after: Uint8Array): Uint8Array =>
  after.length >= WINDOW_BYTES
    ? after.subarray(after.length - WINDOW_BYTES)
    : Buffer.concat([before, after]).subarray(-WINDOW_BYTES);

const codeOf = (error: unknown): unknown => (error instanceof Error && "code" in error ? error.code : null);

/**
 * One large message by zlib, the same answers as `Inflater.inflate`. zlib sets up a stream for each call (some 10–40 µs),
 * and takes its window as a preset dictionary; both are lost in the work of a large message.
 */
export function inflateLarge(
  input: Uint8Array,
  length: number,
  history: History | null,
  maxBytes: number,
): LargeResult {
  const message = input.subarray(0, length);
  const whole = inflateStreams(Buffer.concat([message, ENDING]), length, 4, history, maxBytes);
  if (whole.status !== CORRUPT || !endsWithFlush(input, length)) return whole;
  return inflateStreams(Buffer.concat([message, ENDING.subarray(4)]), length, 0, history, maxBytes);
}

/** Several DEFLATE streams in a row: a block with BFINAL set may stand inside a message (RFC 7692 §7.2.3.4). */
function inflateStreams(
  input: Uint8Array,
  length: number,
  added: number,
  history: History | null,
  maxBytes: number,
): LargeResult {
  let dictionary: Uint8Array = history === null ? nothing : flat(history, history.have);
  let inflated: Uint8Array = nothing;
  let at = 0;
  do {
    try {
      const { buffer, engine } = inflateRawSync(input.subarray(at), {
        ...(dictionary.length > 0 ? { dictionary } : {}),
        finishFlush: constants.Z_FINISH,
        maxOutputLength: Math.max(1, maxBytes - inflated.length),
        info: true,
      }) as unknown as InflateInfo;
      if (engine.bytesWritten === 0) return { status: CORRUPT, bytes: nothing };
      at += engine.bytesWritten;
      dictionary = lastWindow(dictionary, buffer);
      inflated = inflated.length === 0 ? buffer : Buffer.concat([inflated, buffer]);
    } catch (error) {
      return { status: codeOf(error) === "ERR_BUFFER_TOO_LARGE" ? TOO_LARGE : CORRUPT, bytes: inflated };
    }
  } while (at < length || (at > length && at < length + added));
  // Anywhere else the last stream ended in the middle of what was added.
  const ended = at === length || at === length + added || at === input.length;
  return { status: !ended ? CORRUPT : inflated.length > maxBytes ? TOO_LARGE : INFLATED, bytes: inflated };
}
