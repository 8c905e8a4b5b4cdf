import * as limits from "../../base/limits.ts";
import type { SecretSpan } from "./find-secrets.ts";

type Span = Pick<SecretSpan, "start" | "end">;

/**
 * Where a text itself says that a host is named: a URL's authority (also percent-encoded), fields whose value is a host
 * (RFC 9110 §7.2), the target of CONNECT, the domain of a cookie, a parameter called host, a mail address.
 */
const NAMING: readonly RegExp[] = [
  /(?::\/\/|%3a%2f%2f)(?:[^\s/@"'<>]{0,256}@)?([a-z0-9_-][a-z0-9_.-]{0,253})/gi,
  /(?:^|[\r\n])(?:host|x-forwarded-host|x-forwarded-server|x-original-host|x-host)[ \t]*:[ \t]*([a-z0-9_-][a-z0-9_.-]{0,253})/gi,
  /(?:^|[\r\n])CONNECT ([a-z0-9_-][a-z0-9_.-]{0,253}):\d/gi,
  /;[ \t]{0,8}domain=\.?([a-z0-9_-][a-z0-9_.-]{0,253})/gi,
  /(?<![\w-])(?:host|hostname|server_name)["']?[ \t]{0,8}[=:][ \t]{0,8}["']?([a-z0-9_-][a-z0-9_.-]{0,253})/gi,
  /(?<=[\w.+-])@((?:[a-z0-9_-]{1,63}\.){1,8}[a-z]{2,63})/gi,
];
const MIGHT_NAME = /:\/\/|%3a%2f%2f|host|connect |domain=|server_name|x-forwarded|@/i;

/** Where hosts are named in a text. Linear: each pattern is bounded. */
export function namedHosts(text: string): Span[] {
  if (!MIGHT_NAME.test(text)) return [];
  return NAMING.flatMap((pattern) =>
    [...text.matchAll(pattern)].map((match) => {
      const name = (match[1] ?? "").replace(/\.+$/, "");
      const start = match.index + match[0].lastIndexOf(match[1] ?? "");
      return { start, end: start + name.length };
    }),
  );
}

/** Host names that are known, by what they are looked for: their domain, or, of one word, all of it. */
export class KnownHosts {
  /** `shop.example` of `api.shop.example`: also hides its other hosts. */
  private readonly domains = new Set<string>();
  private readonly words = new Set<string>();

  /** In lower case. */
  add(name: string): void {
    if (this.domains.size + this.words.size >= limits.redactedHosts) return;
    const labels = name.split(".");
    if (labels.length > 1) this.domains.add(labels.slice(-2).join("."));
    else this.words.add(name);
  }

  /** Where they stand: a domain anywhere with what leads up to it, a word only where it is no other one's part. */
  find(text: string): Span[] {
    if (this.domains.size + this.words.size === 0) return [];
    const lower = text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
    const spans: Span[] = [];
    for (const domain of this.domains) {
      for (let at = lower.indexOf(domain); at >= 0; at = lower.indexOf(domain, at + domain.length)) {
        let start = at;
        while (start > 0 && at - start < 253 && IN_NAME.test(lower.charAt(start - 1))) start--;
        spans.push({ start, end: at + domain.length });
      }
    }
    for (const word of this.words) {
      for (let at = lower.indexOf(word); at >= 0; at = lower.indexOf(word, at + word.length)) {
        const [before, after] = [lower.charAt(at - 1), lower.charAt(at + word.length)];
        if (IN_WORD.test(before) || IN_WORD.test(after)) continue;
        // A name like "server" is a word as well: then only a text that consists of it is meant.
        const isQuoted =
          before === '"' && after === '"' && !/^"\s*:/.test(lower.slice(at + word.length, at + 8 + word.length));
        if (isQuoted || UNLIKE_A_WORD.test(word)) spans.push({ start: at, end: at + word.length });
      }
    }
    return spans;
  }
}

const IN_NAME = /[\w.-]/;
const IN_WORD = /[\w-]/;
const UNLIKE_A_WORD = /[\d_-]/;
