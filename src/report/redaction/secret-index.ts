import * as limits from "../../base/limits.ts";

interface Needle {
  readonly text: string;
  readonly tag: string;
}

const HEAD = 6;
const BITMAP = 1 << 16;

const hashAt = (text: string, at: number): number =>
  (text.charCodeAt(at) * 961 + text.charCodeAt(at + 1) * 31 + text.charCodeAt(at + 2)) & (BITMAP - 1);

/**
 * Known secrets, found wherever they stand, also percent-encoded, as hexadecimal, in base64 at any alignment, and cut
 * off by the end of the text. One pass over the text, however many secrets there are.
 */
export class SecretIndex {
  private readonly heads = new Uint8Array(BITMAP);
  private readonly byHead = new Map<string, Needles>();
  private size = 0;

  /** Secrets that are also ordinary words are not looked for: they are hidden only where they were found. */
  add(secret: string, tag: string): void {
    if (this.size >= limits.knownSecrets || !isDistinctive(secret)) return;
    this.size++;
    for (const form of formsOf(secret)) this.insert({ text: form, tag });
  }

  find(text: string, onFound: (start: number, end: number, tag: string) => void): void {
    if (this.size === 0) return;
    const last = text.length - HEAD;
    for (let at = 0; at <= last; at++) {
      if (this.heads[hashAt(text, at)] === 0) continue;
      const found = this.byHead.get(text.slice(at, at + HEAD))?.at(text, at);
      if (found === undefined) continue;
      onFound(at, found.end, found.tag);
      at = found.end - 1;
    }
  }

  private insert(needle: Needle): void {
    if (needle.text.length < HEAD) return;
    const head = needle.text.slice(0, HEAD);
    this.heads[hashAt(needle.text, 0)] = 1;
    const needles = this.byHead.get(head) ?? new Needles();
    this.byHead.set(head, needles);
    needles.add(needle);
  }
}

/** Needles that begin alike, told apart by their length first: there may be thousands, of few lengths. */
class Needles {
  private readonly byText = new Map<string, Needle>();
  /** Longest first. */
  private readonly lengths: number[] = [];

  add(needle: Needle): void {
    if (this.byText.has(needle.text)) return;
    this.byText.set(needle.text, needle);
    const { length } = needle.text;
    if (this.lengths.includes(length)) return;
    this.lengths.push(length);
    this.lengths.sort((a, b) => b - a);
  }

  /** The longest that stands at this place. */
  at(text: string, at: number): { readonly end: number; readonly tag: string } | undefined {
    if (at + (this.lengths[0] ?? 0) > text.length) {
      // What is cut off by the end is still part of the secret.
      const rest = text.slice(at);
      for (const needle of this.byText.values())
        if (needle.text.length > rest.length && needle.text.startsWith(rest))
          return { end: text.length, tag: needle.tag };
    }
    for (const length of this.lengths) {
      const needle = at + length > text.length ? undefined : this.byText.get(text.slice(at, at + length));
      if (needle !== undefined) return { end: at + length, tag: needle.tag };
    }
    return undefined;
  }
}

const DISTINCTIVE_LENGTH = 12;

/** Not a word or number that other text may well hold by chance. */
function isDistinctive(secret: string): boolean {
  if (secret.length < HEAD || secret.length > limits.secretCharacters || /^[\d.:-]*$/.test(secret)) return false;
  if (secret.length >= DISTINCTIVE_LENGTH) return !/^[a-z]+([ _-][a-z]+)*$/i.test(secret) || secret.length >= 24;
  return /\d/.test(secret) || /[a-z][A-Z]|[^\w\s-]/.test(secret);
}

function formsOf(secret: string): ReadonlySet<string> {
  const bytes = Buffer.from(secret, "utf8");
  const hex = bytes.toString("hex");
  const forms = new Set([secret, encodeURIComponent(wellFormed(secret)), hex, hex.toUpperCase()]);
  forms.add(JSON.stringify(secret).slice(1, -1));
  // How UTF-8 looks when bytes are read as latin-1.
  forms.add(bytes.toString("latin1"));
  if (bytes.length < ENCODED_BYTES) return forms;
  for (let shift = 0; shift < 3; shift++) {
    const shifted = Buffer.concat([Buffer.alloc(shift), bytes]);
    // Characters that also hold bits of a neighbour differ from text to text.
    const from = shift === 0 ? 0 : shift + 1;
    const to = Math.floor((shifted.length * 8) / 6);
    for (const form of ["base64", "base64url"] as const) forms.add(shifted.toString(form).slice(from, to));
  }
  return forms;
}

const ENCODED_BYTES = 8;
const wellFormed = (text: string): string => text.replace(/[\ud800-\udfff]/g, "\ufffd");
