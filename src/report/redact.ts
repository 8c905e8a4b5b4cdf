/**
 * Hides secrets in text that is written to share. The same secret gets the same tag within one output, so that a story
 * stays readable: `?token=[redacted:1]` here and there is the same token.
 */
export interface Redactor {
  /** Any text: a target, a field value, a payload, a sentence that quotes one. */
  text(value: string): string;
  /** One subprotocol name: some clients carry their token there. */
  token(value: string): string;
  readonly applied: boolean;
  /** Different secrets hidden so far. */
  readonly hidden: number;
}

/** Words that make a key secret; keys are split into words at case changes and punctuation. */
const SECRET_WORDS = new Set(
  (
    "token tokens auth authorization authentication jwt password passwd pwd passphrase secret secrets session sessionid " +
    "sid credential credentials bearer cookie csrf xsrf signature sig ticket apikey accesskey secretkey privatekey otp"
  ).split(" "),
);
/** What may follow such a word and leave it a secret. */
const STILL_SECRET = new Set("id key token value hash data string header code".split(" "));
/** Secret in a query; in JSON far too common a word for an ordinary key. */
const SECRET_IN_QUERY = new Set(["key"]);
const SECRET_ENDINGS = /(token|password|passwd|secret|apikey|accesskey|authkey|secretkey|sessionid|credentials)$/;
/** "api_key", "access-key": `key` counts after one of these. */
const QUALIFIED_KEY = /(^| )(api|access|secret|private|auth|client|app|signing|encryption|subscription) key( |$)/;

const MIGHT_HOLD_SECRET =
  /eyJ|bearer|basic|token|auth|jwt|pass|pwd|secret|session|sid|cred|cookie|srf|sig|ticket|key|otp|:\/\/[^/\s]*@/i;
const JSON_WEB_TOKEN = /\beyJ[\w-]{6,}\.[\w-]{6,}(?:\.[\w-]*){0,3}/g;
const BEARER = /\b(bearer\s+)(?=[\w.~+/-]*\d)([\w.~+/-]{8,}=*)/gi;
const BASIC = /\b(authorization["':\s]+basic\s+)([\w+/]{4,}=*)/gi;
const USER_INFORMATION = /(:\/\/[^/\s:@]*:)([^/\s@]+)(?=@)/g;
const PAIR = /([\w.%[\]-]{1,64})=([^&;#\s"'<>]+)/g;
/** `"key": "value"`, also inside a string that is itself JSON (`\"key\":\"value\"`), also cut off before its end. */
const JSON_PAIR = /(\\*)"([\w.-]{1,64})\1"(\s*:\s*)(\1"((?:(?!\1")(?:\\.|[^\\]))*)(\1"|$)|-?\d[\d.eE+-]*)/g;
const JSON_DEPTH = 4;
const ALREADY = /^\[redacted:\d+\]$/;

function wordsOf(key: string): string {
  let plain = key;
  if (key.includes("%")) {
    try {
      plain = decodeURIComponent(key);
    } catch {
      // Not percent-encoding after all: judged as it stands.
    }
  }
  return plain
    .replace(/([a-z\d])([A-Z])/g, "$1 $2")
    .toLowerCase()
    .replace(/[^a-z\d]+/g, " ")
    .trim();
}

export function isSecretKey(key: string, inQuery: boolean): boolean {
  const words = wordsOf(key);
  if (QUALIFIED_KEY.test(words)) return true;
  const all = words.split(" ");
  for (const [index, numbered] of all.entries()) {
    const word = numbered.replace(/\d+$/, "");
    const next = all[index + 1];
    // `token_type` and `session_elapsed` tell about a secret without being one.
    if (next !== undefined && !STILL_SECRET.has(next)) continue;
    if (SECRET_WORDS.has(word) || SECRET_ENDINGS.test(word)) return true;
    if (inQuery && SECRET_IN_QUERY.has(word)) return true;
  }
  return false;
}

/** Long, without structure, letters and digits mixed: a token rather than a name. */
const looksOpaque = (value: string): boolean =>
  /^[\w+/=.~-]{20,}$/.test(value) && /\d{2}|\d.*\d.*\d/.test(value) && /[a-z]/i.test(value);

export function createRedactor(applied: boolean): Redactor {
  const tags = new Map<string, string>();
  const tagOf = (secret: string): string => {
    if (ALREADY.test(secret)) return secret;
    const known = tags.get(secret);
    if (known !== undefined) return known;
    const tag = `[redacted:${tags.size + 1}]`;
    tags.set(secret, tag);
    return tag;
  };

  const jsonPairs = (value: string, depth: number): string =>
    value.replace(
      JSON_PAIR,
      (whole, slashes: string, key: string, colon: string, raw: string, inner?: string, end?: string) => {
        const quote = `${slashes}"`;
        if (isSecretKey(key, false)) {
          const hidden = inner === undefined ? `${quote}${tagOf(raw)}${quote}` : `${quote}${tagOf(inner)}${end ?? ""}`;
          return `${quote}${key}${quote}${colon}${hidden}`;
        }
        // A string that is JSON itself holds pairs of its own.
        if (depth === JSON_DEPTH || !inner?.includes('"')) return whole;
        return `${quote}${key}${quote}${colon}${quote}${jsonPairs(inner, depth + 1)}${end ?? ""}`;
      },
    );

  const text = (value: string): string => {
    if (!applied || !MIGHT_HOLD_SECRET.test(value)) return value;
    return jsonPairs(value, 0)
      .replace(JSON_WEB_TOKEN, tagOf)
      .replace(BEARER, (_, scheme: string, secret: string) => scheme + tagOf(secret))
      .replace(BASIC, (_, scheme: string, secret: string) => scheme + tagOf(secret))
      .replace(USER_INFORMATION, (_, before: string, secret: string) => before + tagOf(secret))
      .replace(PAIR, (whole, key: string, secret: string) =>
        isSecretKey(key, true) ? `${key}=${tagOf(secret)}` : whole,
      );
  };

  return {
    text,
    token: (value) => (applied && looksOpaque(value) ? tagOf(value) : text(value)),
    applied,
    get hidden() {
      return tags.size;
    },
  };
}
