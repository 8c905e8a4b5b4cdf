/**
 * Text from the network, made safe to print: C0 and C1 controls, DEL, bidi controls, zero-width and other invisible
 * format characters, line separators and lone surrogates become visible escapes. Nothing else changes.
 */
const UNSAFE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\u115f\u1160\u3164\uffa0]/gu;

const NAMED: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\\t", "\u001b": "\\e" };

const escapeOne = (character: string): string =>
  NAMED[character] ?? `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;

/** Letters of Latin, Greek and Chinese, punctuation, arrows and signs: plain ranges, since V8 compiles those above for milliseconds. */
const SAFE =
  /^[\x20-\x7e\xa1-\xac\xae-\u0377\u2010-\u2027\u2030-\u205e\u2190-\u27bf\u3001-\u303f\u4e00-\u9fff\uff01-\uff5e]*$/;

export const escapeText = (text: string): string => (SAFE.test(text) ? text : text.replace(UNSAFE, escapeOne));
