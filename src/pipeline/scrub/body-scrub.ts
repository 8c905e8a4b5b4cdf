import { limits } from "../../base/limits.ts";
import { BLANK } from "./edits.ts";
import { type FindSpans, standIn } from "./websocket-scrub.ts";

const NEXT_HEAD = /HTTP\/1\.[01] \d{3} |(?:GET|POST|PUT|DELETE|OPTIONS|HEAD|PATCH) \S{1,65536} HTTP\/1\.[01]\r\n/g;
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
  const joined = parts.map((part) => text.slice(part.start, part.end)).join("");
  const spans = find(joined);
  let index = 0;
  let at = 0;
  for (const span of spans) {
    const bytes = standIn(joined.slice(span.start, span.end), span.tag);
    // Spans come in order: parts that end before this one are done with.
    while (index < parts.length && at + lengthOf(parts[index]) <= span.start) at += lengthOf(parts[index++]);
    for (let next = index, from = at; next < parts.length && from < span.end; next++) {
      const first = Math.max(span.start, from);
      const last = Math.min(span.end, from + lengthOf(parts[next]));
      const start = (parts[next]?.start ?? 0) - from;
      if (first < last) edit(start + first, bytes.slice(first - span.start, last - span.start));
      from += lengthOf(parts[next]);
    }
  }
  return spans.length;
}

const lengthOf = (part: { readonly start: number; readonly end: number } | undefined): number =>
  part === undefined ? 0 : part.end - part.start;

const HEAD_START = /(?:^|(?<=[\r\n]))(?:HTTP\/1\.[01] \d{3}|[A-Z]{3,10} \S{1,65536} HTTP\/1\.[01])/g;
const HEAD_END = "\r\n\r\n";

/** HTTP heads in a text, with their ends; those that are whole and no longer than wscap reads them. */
export function* headsOf(text: string): Generator<{ readonly head: string; readonly end: number }> {
  const starts = new RegExp(HEAD_START);
  let end = 0;
  for (let match = starts.exec(text); match !== null; match = starts.exec(text)) {
    if (end < match.index + HEAD_END.length) {
      const found = text.indexOf(HEAD_END, match.index);
      if (found < 0) return;
      end = found + HEAD_END.length;
    }
    if (end - match.index > limits.httpHeadBytes) continue;
    yield { head: text.slice(match.index, end), end };
    starts.lastIndex = end;
  }
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
