const PRINTABLE_ASCII = /^[\x20-\x7e\n]*$/;
/** What `escapeText` escapes, as far as JSON lets it stand raw. */
const UNSAFE = /[\x7f-\x9f\p{Cf}\p{Zl}\p{Zp}\p{Cs}\u115f\u1160\u3164\uffa0]/gu;

const escapeUnits = (text: string): string =>
  Array.from({ length: text.length }, (_, unit) => `\\u${text.charCodeAt(unit).toString(16).padStart(4, "0")}`).join(
    "",
  );

/** JSON that is safe to see in a terminal: the same value, with C1, bidi and invisible characters as escapes. */
export function safeJson(value: unknown, indent?: number): string {
  const json = JSON.stringify(value, null, indent);
  return PRINTABLE_ASCII.test(json) ? json : json.replace(UNSAFE, escapeUnits);
}
