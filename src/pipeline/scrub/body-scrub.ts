import { BLANK } from "./edits.ts";
import { type FindSpans, standIn } from "./websocket-scrub.ts";

const NEXT_HEAD = /HTTP\/1\.[01] \d{3} |(?:GET|POST|PUT|DELETE|OPTIONS|HEAD|PATCH) \S+ HTTP\/1\.[01]\r\n/g;
const COMPRESSED = /\r\ncontent-encoding:[ \t]*(?!identity)\S/i;
const CHUNKED = /\r\ntransfer-encoding:[^\r\n]*chunked/i;
const CHUNK_SIZE = /([0-9a-f]{1,8})[^\r\n]*\r\n/iy;

/**
 * An HTTP body that cannot be read as it stands: compressed (blanked whole) or in chunks (RFC 9112 §7.1: joined, so that
 * a secret across two of them is found; the framing stays). Returns how many values were blanked.
 */
export function scrubBody(
  text: string,
  head: string,
  from: number,
  find: FindSpans,
  edit: (offset: number, replacement: Uint8Array) => void,
): number {
  const isCompressed = COMPRESSED.test(head);
  NEXT_HEAD.lastIndex = from;
  const end = NEXT_HEAD.exec(text)?.index ?? text.length;
  const parts = CHUNKED.test(head) ? chunksOf(text, from, end) : [{ start: from, end }];
  if (isCompressed) {
    for (const part of parts)
      if (part.end > part.start) edit(part.start, new Uint8Array(part.end - part.start).fill(BLANK));
    return parts.some((part) => part.end > part.start) ? 1 : 0;
  }
  const spans = find(parts.map((part) => text.slice(part.start, part.end)).join(""));
  for (const span of spans) {
    const joined = parts.map((part) => text.slice(part.start, part.end)).join("");
    const bytes = standIn(joined.slice(span.start, span.end), span.tag);
    let at = 0;
    for (const part of parts) {
      const length = part.end - part.start;
      const first = Math.max(span.start, at);
      const last = Math.min(span.end, at + length);
      if (first < last) edit(part.start + first - at, bytes.slice(first - span.start, last - span.start));
      at += length;
    }
  }
  return spans.length;
}

function chunksOf(text: string, from: number, end: number): { start: number; end: number }[] {
  const chunks: { start: number; end: number }[] = [];
  let at = from;
  while (at < end) {
    CHUNK_SIZE.lastIndex = at;
    const size = CHUNK_SIZE.exec(text);
    // Not chunks after all, or cut off: the rest counts as one.
    if (size === null) return [...chunks, { start: at, end }];
    const start = at + size[0].length;
    const length = Number.parseInt(size[1] ?? "0", 16);
    if (length === 0) break;
    chunks.push({ start, end: Math.min(end, start + length) });
    at = start + length + 2;
  }
  return chunks;
}
