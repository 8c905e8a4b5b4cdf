import { BLANK } from "./edits.ts";

/** Where a secret is in a text, and what stands for it. */
export interface FoundSpan {
  readonly start: number;
  readonly end: number;
  readonly tag: string;
}
export type FindSpans = (text: string) => readonly FoundSpan[];

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
