import getTruncatedWidth from "fast-string-truncated-width";

const PRINTABLE_ASCII = /^[\x20-\x7e]*$/;
/*
 * Letters, punctuation and signs of one column, and Chinese of two, which say the same in any company. Plain ranges: what the
 * library asks about whole scripts takes V8 six milliseconds to compile, a tenth of a short report.
 */
const ONE_OR_TWO =
  /^[\x20-\x7e\xa1-\xac\xae-\u02ff\u2010-\u2027\u2030-\u205e\u2190-\u22ff\u2500-\u257f\u2713-\u2718\u3001-\u3029\u4e00-\u9fff\uff01-\uff5e]*$/;
const TWO = /[\u3001-\u3029\u4e00-\u9fff\uff01-\uff5e]/g;

/**
 * Columns that text takes in a terminal: Chinese and emoji take two. Text from the network must have gone through
 * `escapeText` before: control characters would make any count wrong.
 */
export function displayWidth(text: string): number {
  if (PRINTABLE_ASCII.test(text)) return text.length;
  return ONE_OR_TWO.test(text) ? text.length + (text.match(TWO)?.length ?? 0) : getTruncatedWidth(text).width;
}

/** Cuts to at most `width` columns, the last of them "…" where something was cut. */
export function truncateToWidth(text: string, width: number): string {
  if (width <= 0) return "";
  if (displayWidth(text) <= width) return text;
  return `${cutToWidth(text, width - 1)}…`;
}

/** The longest beginning within `width` columns; whole code points. */
function cutToWidth(text: string, width: number): string {
  let end = getTruncatedWidth(text, { limit: width }).index;
  // The library counts some characters (arrows, dashes) late, and so cuts up to a few of them too far right.
  while (end > 0 && displayWidth(text.slice(0, end)) > width) end--;
  const last = text.charCodeAt(end - 1);
  return text.slice(0, last >= 0xd800 && last <= 0xdbff ? end - 1 : end);
}

export const padToWidth = (text: string, width: number): string =>
  text + " ".repeat(Math.max(0, width - displayWidth(text)));

export const padStartToWidth = (text: string, width: number): string =>
  " ".repeat(Math.max(0, width - displayWidth(text))) + text;

/** Chinese punctuation that must not begin a line. */
const NEVER_FIRST = /^[，。、；：！？）》」』”’…%,.;:!?)\]}]/u;
/** And what must not end one. */
const NEVER_LAST = /[（《「『“‘([{]$/u;
/** Columns of punctuation that may stand beyond the width. */
export const MOST_HANGING = 2;
/** A run without a place to break: a word, or one wide character. */
const PIECES =
  /\s+|[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\u3000-\u303f]|[^\s\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef]+/gu;

/** Wraps one paragraph at spaces and between Chinese characters; a word longer than a line is cut hard. */
export function wrapToWidth(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  let used = 0;
  /** Where the line may be broken last; 0: nowhere. */
  let breakAt = 0;
  const breakLine = (at: number): void => {
    lines.push(line.slice(0, at).trimEnd());
    line = line.slice(at);
    used = displayWidth(line);
    breakAt = 0;
  };
  for (let piece of text.match(PIECES) ?? []) {
    let wide = displayWidth(piece);
    const staysBehind = piece.length === 1 && NEVER_FIRST.test(piece);
    if (used + wide > width && used > 0 && !(staysBehind && used + wide <= width + MOST_HANGING)) {
      // What must not begin a line takes the word before it along, and what must not end one goes along itself.
      const hangsOver = NEVER_LAST.test(line) && displayWidth(line.slice(breakAt)) + wide <= width;
      breakLine((staysBehind || hangsOver) && breakAt > 0 ? breakAt : line.length);
      if (/^\s/.test(piece)) continue;
    }
    while (wide > width) {
      const cut = cutToWidth(piece, width) || [...piece].slice(0, 1).join("");
      lines.push(cut);
      piece = piece.slice(cut.length);
      wide = displayWidth(piece);
    }
    if (!staysBehind && !NEVER_LAST.test(line)) breakAt = line.length;
    line += piece;
    used += wide;
  }
  if (line.trimEnd() !== "" || lines.length === 0) breakLine(line.length);
  return lines;
}
