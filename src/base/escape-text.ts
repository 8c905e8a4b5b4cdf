/**
 * Text from the network, made safe to print: C0 and C1 controls, DEL, bidi controls, zero-width and other invisible
 * format characters, line separators and lone surrogates become visible escapes. Nothing else changes.
 */
const UNSAFE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\u115f\u1160\u3164\uffa0]/gu;

const NAMED: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\\t", "\u001b": "\\e" };

const escapeOne = (character: string): string =>
  NAMED[character] ?? `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;

const PRINTABLE_ASCII = /^[\x20-\x7e]*$/;

export const escapeText = (text: string): string =>
  PRINTABLE_ASCII.test(text) ? text : text.replace(UNSAFE, escapeOne);
