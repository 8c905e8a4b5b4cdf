/**
 * Escape sequences of a terminal (ECMA-48 §5.3, §5.4, §8.3.89): what colours a log does not belong to its text. One that
 * is cut loses only its introducer, so that no text is lost behind it.
 */
const SEQUENCE =
  /(?:\u001b\[|\u009b)[0-?]*[ -/]*[@-~]|\u001b\][^\u0007\u001b\u009c]*(?:\u0007|\u001b\\|\u009c)|\u001b[ -/]*[0-~]?/g;

/** Pasted text as a dialog takes it: lines and what can be read. Anything else would be taken for keys. */
export const pastedText = (text: string): string =>
  text
    .replace(SEQUENCE, "")
    .replace(/\r\n?/g, "\n")
    .replace(/\t/g, " ")
    .replace(/[^\P{Cc}\n]/gu, "");
