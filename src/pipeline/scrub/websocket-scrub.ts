import { u16be, u32be } from "../../base/bytes.ts";
import { headerBytes } from "../../websocket/frame-header.ts";
import { BINARY, CLOSE, CONTINUATION } from "../../websocket/types.ts";
import { deflateFiller } from "./deflate-filler.ts";
import { BLANK } from "./edits.ts";
import { isSuspicious } from "./suspicious.ts";

/** Where a secret is in a text, and what stands for it. */
export interface FoundSpan {
  readonly start: number;
  readonly end: number;
  readonly tag: string;
}
export type FindSpans = (text: string) => readonly FoundSpan[];

/** Where the payload of one frame lies in its stream. */
interface FramePart {
  readonly offset: number;
  readonly length: number;
  /** Four bytes; all zero without a mask. */
  readonly key: Uint8Array;
}

export interface ScrubOptions {
  readonly find: FindSpans;
  /** `--payloads none`: no data message is kept. */
  readonly blankAll: boolean;
  /** Tells of the nth compressed message of this direction whether it holds a secret; null: it could not be read. */
  readonly compressed: (index: number) => boolean | null;
}

export interface ScrubResult {
  /** Offset behind the last frame that was read: what follows is not judged. */
  judgedTo: number;
  values: number;
  compressedBlanked: number;
}

/**
 * The frames of one unbroken stretch of a WebSocket direction (RFC 6455 §5.2): finds the secrets of each message through
 * masking and fragmentation and has them overwritten in place. `edit` gets offsets into `bytes`.
 */
export function scrubFrames(
  bytes: Uint8Array,
  options: ScrubOptions,
  edit: (offset: number, replacement: Uint8Array) => void,
): ScrubResult {
  const result: ScrubResult = { judgedTo: 0, values: 0, compressedBlanked: 0 };
  const message = new OpenMessage();
  /** From the first blanked message on, later ones may refer back to what is no longer there (RFC 7692 §7.2.3.2). */
  let windowLost = false;
  let compressedIndex = 0;
  const finish = (secret: boolean | null): void => {
    if (!message.compressed)
      result.values += rewrite(bytes, message.parts, options, edit, 0, message.opcode === BINARY);
    else {
      windowLost ||= secret !== false || options.blankAll;
      if (windowLost) {
        overwrite(message.parts, deflateFiller(message.length), edit);
        result.compressedBlanked++;
      }
    }
    message.parts = [];
  };
  let at = 0;
  while (at + 2 <= bytes.length) {
    const first = bytes[at] as number;
    const second = bytes[at + 1] as number;
    const payload = at + headerBytes(second);
    if (payload > bytes.length) break;
    const form = second & 0x7f;
    const length =
      form < 126 ? form : form === 126 ? u16be(bytes, at + 2) : u32be(bytes, at + 2) * 2 ** 32 + u32be(bytes, at + 6);
    if (payload + length > bytes.length) break;
    const opcode = first & 0x0f;
    const part: FramePart = {
      offset: payload,
      length,
      key: second >= 0x80 ? bytes.slice(payload - 4, payload) : NO_KEY,
    };
    at = payload + length;
    if (opcode >= CLOSE) {
      const skip = opcode === CLOSE ? 2 : 0;
      result.values += rewrite(bytes, [part], options, edit, skip, false);
      // Between the fragments of a message: those before it are judged with the last one only.
      if (message.parts.length === 0) result.judgedTo = at;
      continue;
    }
    if (opcode !== CONTINUATION) {
      // A message that never ended: nobody else has read it either.
      if (message.parts.length > 0) finish(null);
      message.begin(opcode, (first & 0x40) !== 0);
    }
    message.parts.push(part);
    if (first < 0x80) continue;
    finish(message.compressed ? options.compressed(compressedIndex++) : false);
    result.judgedTo = at;
  }
  return result;
}

const NO_KEY = new Uint8Array(4);

class OpenMessage {
  opcode = 0;
  compressed = false;
  parts: FramePart[] = [];

  begin(opcode: number, compressed: boolean): void {
    this.opcode = opcode;
    this.compressed = compressed;
    this.parts = [];
  }

  get length(): number {
    return this.parts.reduce((sum, { length }) => sum + length, 0);
  }
}

/** Returns how many values were blanked. */
function rewrite(
  bytes: Uint8Array,
  parts: readonly FramePart[],
  options: ScrubOptions,
  edit: (offset: number, replacement: Uint8Array) => void,
  skip: number,
  isBinary: boolean,
): number {
  const plain = Buffer.concat(parts.map((part) => unmasked(bytes, part)));
  const text = plain.toString("latin1", skip);
  if ((options.blankAll && skip === 0) || (isBinary && isSuspicious(text))) {
    overwrite(parts, new Uint8Array(plain.length).fill(BLANK), edit);
    return 1;
  }
  const spans = options.find(text);
  if (spans.length === 0) return 0;
  for (const { start, end, tag } of spans) plain.set(standIn(text.slice(start, end), tag), skip + start);
  overwrite(parts, plain, edit);
  return spans.length;
}

function unmasked(bytes: Uint8Array, { offset, length, key }: FramePart): Uint8Array {
  const plain = bytes.slice(offset, offset + length);
  for (let i = 0; i < length; i++) plain[i] = (plain[i] as number) ^ (key[i & 3] as number);
  return plain;
}

/** Lays plain payload over the frames of a message, masked as they are. */
function overwrite(
  parts: readonly FramePart[],
  plain: Uint8Array,
  edit: (offset: number, replacement: Uint8Array) => void,
): void {
  let from = 0;
  for (const { offset, length, key } of parts) {
    const piece = plain.slice(from, from + length);
    for (let i = 0; i < length; i++) piece[i] = (piece[i] as number) ^ (key[i & 3] as number);
    if (length > 0) edit(offset, piece);
    from += length;
  }
}

/** As long as the secret: its tag where there is room, so that the same secret stays recognisable. */
export function standIn(secret: string, tag: string): Uint8Array {
  const bytes = new Uint8Array(secret.length);
  // An address, made as long as the one it stands for.
  if (tag.length === secret.length && /^[\d.:a-f*]+$/.test(tag)) return Uint8Array.from(Buffer.from(tag, "latin1"));
  if (/^-?\d[\d.eE+-]*$/.test(secret)) return bytes.fill(ZERO);
  bytes.fill(BLANK);
  if (tag.length <= secret.length) bytes.set(Buffer.from(tag, "latin1"));
  return bytes;
}

const ZERO = 0x30;
