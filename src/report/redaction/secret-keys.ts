/** Words that make a key secret; keys are split into words at case changes and punctuation. */
const SECRET_WORDS = new Set(
  (
    "token tokens auth authorization authentication jwt password passwd pwd passphrase passcode secret secrets session " +
    "sessionid sid credential credentials bearer cookie csrf xsrf signature sig ticket apikey accesskey secretkey " +
    "privatekey otp pin nonce assertion"
  ).split(" "),
);
/** Secret in a query; in JSON far too common a word for an ordinary key. */
const SECRET_IN_QUERY = new Set(["key"]);
const SECRET_ENDINGS = /(token|password|passwd|secret|apikey|accesskey|authkey|secretkey|sessionid|credentials)$/;
/** "api_key", "access-key": `key` counts after one of these. */
const QUALIFIED_KEY = /(^| )(api|access|secret|private|auth|client|app|signing|encryption|subscription) key( |$)/;
/** Words behind a secret one that make it tell about a secret: `token_type`, `session_elapsed`, `tokenExpiresIn`. */
const ABOUT = new Set(
  (
    "type expires expire expiry expiration timeout ttl lifetime age duration elapsed in at count length valid invalid " +
    "required enabled missing status error method mode failed success version scope url uri endpoint " +
    "used usage left remaining total limit max per"
  ).split(" "),
);
/** "session" is a word of many trades: behind it stands what identifies one, or it is a measure (`session_energy`). */
const OF_SESSION = new Set("id ids key hash data state value uuid guid code string".split(" "));
/** RFC 6455 fields that name no secret: they open the WebSocket and are needed to judge it. */
const HANDSHAKE_FIELD = /^sec (web ?socket|fetch|ch) /;

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

/** Judges names of fields, query parameters and JSON members; `--redact-key` adds words. */
export class SecretKeys {
  private readonly extra: ReadonlySet<string>;
  /** Names repeat: each is judged once. Bounded, since names come from the network. */
  private readonly judged = new Map<string, boolean>();

  constructor(extra: readonly string[] = []) {
    this.extra = new Set(extra.map(wordsOf));
  }

  get hasExtra(): boolean {
    return this.extra.size > 0;
  }

  holds(key: string, inQuery: boolean): boolean {
    const id = inQuery ? `?${key}` : key;
    const known = this.judged.get(id);
    if (known !== undefined) return known;
    const answer = this.judge(wordsOf(key), inQuery);
    if (this.judged.size < JUDGED) this.judged.set(id, answer);
    return answer;
  }

  private judge(words: string, inQuery: boolean): boolean {
    if (this.extra.has(words)) return true;
    if (HANDSHAKE_FIELD.test(`${words} `)) return false;
    if (QUALIFIED_KEY.test(words)) return true;
    const all = words.split(" ");
    for (const [index, numbered] of all.entries()) {
      const word = numbered.replace(/\d+$/, "");
      if (ABOUT.has(all[index + 1] ?? "")) continue;
      if (word === "session" && index < all.length - 1 && !OF_SESSION.has(all[index + 1] ?? "")) continue;
      if (SECRET_WORDS.has(word) || SECRET_ENDINGS.test(word) || this.extra.has(word)) return true;
      if (inQuery && SECRET_IN_QUERY.has(word)) return true;
    }
    return false;
  }
}

const JUDGED = 10_000;
