import type { SecretKeys } from "./secret-keys.ts";

export type SecretKind = "field" | "cookie" | "query" | "json" | "jwt" | "bearer" | "password" | "key" | "encoded";

/** `text[start, end)` is a secret. */
export interface SecretSpan {
  readonly start: number;
  readonly end: number;
  readonly kind: SecretKind;
}

/**
 * Adds what it finds, in linear time for any text: a pattern that begins with a run of characters begins only where the
 * run does, or is bounded, and so is what it looks ahead to.
 */
type Finder = (text: string, keys: SecretKeys, found: SecretSpan[], depth: number) => void;

const DEPTH = 4;
/** What an earlier redaction has left. */
const ALREADY = /^(\[redacted:\d+\]\**|\*+)$/;

/**
 * All secrets that a text gives away by itself: by the key they stand under, by their shape, or inside another encoding.
 * Spans are sorted and do not overlap.
 */
export function findSecrets(text: string, keys: SecretKeys, depth = 0): SecretSpan[] {
  if (text.length <= WINDOW) return inWindow(text, keys, depth);
  const found: SecretSpan[] = [];
  for (let from = 0; from < text.length - OVERLAP; from += WINDOW - OVERLAP) {
    for (const { start, end, kind } of inWindow(text.slice(from, from + WINDOW), keys, depth))
      found.push({ start: from + start, end: from + end, kind });
  }
  return merged(text, found);
}

/**
 * A regular expression remembers where it may go back to, for each character that it passes: beyond some megabytes it
 * gives up. Windows overlap by more than limits.secretCharacters.
 */
const WINDOW = 1 << 20;
const OVERLAP = 1 << 16;

function inWindow(text: string, keys: SecretKeys, depth: number): SecretSpan[] {
  const found: SecretSpan[] = [];
  if (MIGHT_HOLD_SECRET.test(text)) for (const finder of FINDERS) finder(text, keys, found, depth);
  if (keys.hasExtra && depth === 0) for (const finder of KEYED) finder(text, keys, found, depth);
  if (depth < DEPTH && ENCODED.test(text)) encoded(text, keys, found, depth);
  return merged(text, found);
}

/** Sorted; of overlapping spans one that covers both. */
export function merged(text: string, found: SecretSpan[]): SecretSpan[] {
  if (found.length === 0) return found;
  found.sort((a, b) => a.start - b.start || b.end - a.end);
  const spans: SecretSpan[] = [];
  for (const span of found) {
    if (span.end <= span.start || ALREADY.test(text.slice(span.start, span.end))) continue;
    const last = spans.at(-1);
    if (last === undefined || span.start >= last.end) spans.push(span);
    else if (span.end > last.end) spans[spans.length - 1] = { ...last, end: span.end };
  }
  return spans;
}

const MIGHT_HOLD_SECRET =
  /eyJ|bearer|basic|token|auth|jwt|pass|pwd|secret|session|sid|cred|cookie|srf|sig|ticket|key|otp|pin|nonce|assert|40[{/]|:\/\/[^/\s]*@|AKIA|gh[pousr]_|glpat|sk[-_]|xox|AIza/i;

const json: Finder = (text, keys, found, depth) => {
  jsonPairs(text, 0, keys, found, depth);
  for (const connect of text.matchAll(SOCKET_IO_CONNECT)) {
    leaves(text, connect.index + connect[0].length - 1, found);
  }
};

/** `"key": "value"`, also inside a string that is itself JSON (`\"key\":\"value\"`), also cut off before its end. */
const JSON_PAIR = /(\\{0,15})"([^"\\]{1,64})\1"(\s*:\s*)(\1"((?:(?!\1")(?:\\.|[^\\]))*)(\1"|$)|-?\d[\d.eE+-]*|[[{])/gs;
/** Engine.IO message, Socket.IO CONNECT, namespace; its payload is what the client proves itself with. */
const SOCKET_IO_CONNECT = /(?<![^\x1e:])40(?:\/[^,\x1e]{0,256},)?\{/g;

function jsonPairs(text: string, offset: number, keys: SecretKeys, found: SecretSpan[], depth: number): void {
  for (const pair of text.matchAll(JSON_PAIR)) {
    const [, slashes = "", key = "", colon = "", raw = "", inner] = pair;
    const value = offset + pair.index + 2 * (slashes.length + 1) + key.length + colon.length;
    if (keys.holds(key, false)) {
      if (inner !== undefined) {
        const start = value + slashes.length + 1;
        found.push({ start, end: start + inner.length, kind: kindOfKey(key) });
      } else if (raw === "{" || raw === "[") leaves(text, value - offset, found, offset);
      else found.push({ start: value, end: value + raw.length, kind: kindOfKey(key) });
    } else if (depth < DEPTH && inner?.includes('"')) {
      // A string that is JSON itself holds pairs of its own.
      jsonPairs(inner, value + slashes.length + 1, keys, found, depth + 1);
    }
  }
}

const kindOfKey = (key: string): SecretKind => (/pass|pwd|pin\b/i.test(key) ? "password" : "json");

/** Every value inside the object or array that starts at `start`, whatever its key. */
function leaves(text: string, start: number, found: SecretSpan[], offset = 0): void {
  let level = 0;
  TOKEN.lastIndex = start;
  for (let match = TOKEN.exec(text); match !== null; match = TOKEN.exec(text)) {
    const [token] = match;
    const isString = token.endsWith('"') || token.startsWith('"') || token.startsWith('\\"');
    if (token === "{" || token === "[") level++;
    else if (token === "}" || token === "]") level--;
    else if (!isString) found.push({ start: offset + match.index, end: offset + TOKEN.lastIndex, kind: "json" });
    else if (!/^\s*:/.test(text.slice(TOKEN.lastIndex, TOKEN.lastIndex + 8))) {
      const quote = token.startsWith("\\") ? (/^\\+"/.exec(token)?.[0].length ?? 1) : 1;
      const closed = token.length > quote && token.endsWith('"') ? quote : 0;
      const from = offset + match.index;
      found.push({ start: from + quote, end: from + token.length - closed, kind: "json" });
    }
    if (level <= 0) return;
  }
}

const TOKEN = /[{}[\]]|\\{1,15}"(?:(?!\\{1,15}")[^\x1e])*(?:\\{1,15}"|$)|"(?:\\.|[^"\\])*(?:"|$)|-?\d[\d.eE+-]*/g;

/** Header fields on lines of their own, as in an HTTP head (RFC 9112 §5). */
const fields: Finder = (text, keys, found) => {
  for (const line of text.matchAll(FIELD)) {
    const [whole, , name = "", value = ""] = line;
    const start = line.index + whole.length - value.length;
    if (/^(set-)?cookie$/i.test(name)) cookies(value, start, /^set/i.test(name), found);
    else if (/^sec-websocket-protocol$/i.test(name)) protocols(value, start, keys, found);
    else if (keys.holds(name, false)) {
      const scheme = /^[a-z][\w-]{1,20}\s+(?=\S)/i.exec(value)?.[0].length ?? 0;
      found.push({ start: start + scheme, end: start + value.trimEnd().length, kind: "field" });
    }
  }
};
const FIELD = /(^|[\r\n])([\w-]{1,64})[ \t]*:[ \t]*([^\r\n]*)/g;

/** The values; of Set-Cookie only the first pair, what follows are attributes (RFC 6265 §4). */
export function cookies(value: string, offset: number, isSet: boolean, found: SecretSpan[]): void {
  for (const pair of value.matchAll(/(?<![^=;,\s])([^=;,\s]+)=("[^"]*"|[^;]*)/g)) {
    const [whole, , secret = ""] = pair;
    const start = offset + pair.index + whole.length - secret.length;
    found.push({ start, end: start + secret.trimEnd().length, kind: "cookie" });
    if (isSet) return;
  }
}

/** Subprotocols that are no names: some clients carry their token there, alone, behind a name, or behind a dot. */
export function protocols(value: string, offset: number, keys: SecretKeys, found: SecretSpan[]): void {
  let afterKey = false;
  for (const item of value.matchAll(/[^\s,]+/g)) {
    const [name] = item;
    const start = offset + item.index;
    const end = start + name.length;
    const part = name.slice(name.lastIndexOf(".") + 1);
    if (afterKey || looksOpaque(name)) found.push({ start, end, kind: "field" });
    else if (looksOpaque(part) || (name.includes(".") && keys.holds(name.slice(0, name.lastIndexOf(".")), false))) {
      found.push({ start: end - part.length, end, kind: "field" });
    }
    afterKey = !name.includes(".") && keys.holds(name, false);
  }
}

/** Long, without structure, letters and digits mixed: a token rather than a name. */
export const looksOpaque = (value: string): boolean =>
  /^[\w+/=.~-]{20,}$/.test(value) && /\d{2}|\d.*\d.*\d/.test(value) && /[a-z]/i.test(value);

const shapes: Finder = (text, _keys, found) => {
  for (const [pattern, kind] of SHAPES) {
    for (const match of text.matchAll(pattern)) {
      const secret = match.groups?.["secret"] ?? match[0];
      const end = match.index + match[0].length;
      found.push({ start: end - secret.length, end, kind });
    }
  }
};
const SHAPES: readonly (readonly [RegExp, SecretKind])[] = [
  // RFC 7519: header and payload are JSON in base64url; also when the rest is cut off.
  [/eyJ[\w-]{10,}(?:(?:\.|%2E)[\w-]*){0,4}/g, "jwt"],
  [/\bbearer(?:\s+|%20|\+)(?=[\w.~+/-]{0,512}\d)(?<secret>[\w.~+/%-]{8,}=*)/gi, "bearer"],
  [/\bauthorization["':\s]+basic\s+(?<secret>[\w+/-]{4,}=*)/gi, "password"],
  [/\bbasic\s+(?<secret>[A-Za-z0-9+/]{12,}={1,2})/gi, "password"],
  [/:\/\/[^/\s:@]*:(?<secret>[^/\s@]+)(?=@)/g, "password"],
  [/\b(?:AKIA|ASIA)[0-9A-Z]{16}\b/g, "key"],
  [/\bgh[pousr]_\w{30,}|\bglpat-[\w-]{20,}|\bxox[abeprs]-[\w-]{10,}|\bAIza[\w-]{35}/g, "key"],
  [/\b[spr]k[-_](?:live|test|proj)[-_][\w-]{16,}/g, "key"],
  [/-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----(?:(?!-----END)[\s\S]){0,8192}/g, "key"],
  // "password: hunter2", as programs write it when they fail.
  [
    /\b(?:passwor[dt]|passwd|secret|token|api[-_ ]?key)\b["']?\s*[:=]\s*["']?(?<secret>(?=[^\s"',;&]{0,512}\d)[^\s"',;&\\]{6,})/gi,
    "password",
  ],
];

/** `key=value` of a query, a form or a cookie. */
const pairs: Finder = (text, keys, found) => {
  for (const pair of text.matchAll(PAIR)) {
    const [whole, key = "", value = ""] = pair;
    if (!keys.holds(key, true)) continue;
    const start = pair.index + whole.length - value.length;
    found.push({ start, end: start + value.length, kind: "query" });
  }
};
/** Not `key=…`, as findings show a target: what stands behind the … is the sentence. */
const PAIR = /(?<=([\w.%[\]-]{1,64}))=(?!…(?![\w%.+/=~-]))([^&;#\s"'<>]+)/g;

const FINDERS: readonly Finder[] = [json, fields, shapes, pairs];
/** Finders that ask for the key: `--redact-key` may name one that the quick test does not know. */
const KEYED: readonly Finder[] = [json, fields, pairs];

/** A run that may be base64, hexadecimal or percent-encoding of something. */
const ENCODED = /[A-Za-z0-9+/_-]{20}|%[0-9A-Fa-f]{2}/;
const BASE64_RUN = /[A-Za-z0-9+/_-]{20,}={0,2}/g;
const PERCENT_RUN = /(?<![\w.~!*'()+-])[\w.~!*'()+-]*(?:%[0-9A-Fa-f]{2}[\w.~!*'()+-]*){2,}/g;
/** How gzip and zlib streams begin in base64: not looked into, so not shown. */
const COMPRESSED = /^(H4sI|eJ[wxyz]|eN[opqrs])/;

/** Something encoded that holds a secret is hidden whole. */
function encoded(text: string, keys: SecretKeys, found: SecretSpan[], depth: number): void {
  const hide = (start: number, length: number): void => {
    found.push({ start, end: start + length, kind: "encoded" });
  };
  for (const run of text.matchAll(BASE64_RUN)) {
    const [whole] = run;
    if (COMPRESSED.test(whole) || holdsSecret(decoded(whole), keys, depth)) hide(run.index, whole.length);
  }
  if (!text.includes("%")) return;
  for (const run of text.matchAll(PERCENT_RUN)) {
    if (holdsSecret(unescaped(run[0]), keys, depth)) hide(run.index, run[0].length);
  }
}

const holdsSecret = (text: string | null, keys: SecretKeys, depth: number): boolean =>
  text !== null && findSecrets(text, keys, depth + 1).length > 0;

/** What base64 or hexadecimal text says; null where it says nothing readable. */
function decoded(run: string): string | null {
  const isHex = /^(?:[0-9a-f]{2})+$/i.test(run);
  const text = Buffer.from(run, isHex ? "hex" : "base64").toString("latin1");
  return /^[\t\r\n\x20-\x7e\x80-\xff]+$/.test(text) && /^(?:.*[\x20-\x7e]){8}/s.test(text) ? text : null;
}

function unescaped(run: string): string | null {
  try {
    return decodeURIComponent(run.replaceAll("+", " "));
  } catch {
    return null;
  }
}
