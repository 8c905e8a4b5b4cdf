import * as limits from "../base/limits.ts";
import { AddressPseudonyms } from "./redaction/address-pseudonyms.ts";
import { cookies, findSecrets, merged, protocols, type SecretKind, type SecretSpan } from "./redaction/find-secrets.ts";
import { HostPseudonyms } from "./redaction/host-pseudonyms.ts";
import { SecretIndex } from "./redaction/secret-index.ts";
import { SecretKeys } from "./redaction/secret-keys.ts";

/** A secret in a text, with the tag that stands for it. */
export interface TaggedSpan {
  readonly start: number;
  readonly end: number;
  readonly tag: string;
}

/**
 * Hides secrets in text that is written to share. The same secret gets the same tag within one output, so that a story
 * stays readable: `?token=[redacted:1]` here and there is the same token. A secret that was found once is hidden
 * wherever it stands, also where nothing gives it away.
 */
export interface Redactor {
  /** Any text: a target, a field value, a payload, a sentence that quotes one. */
  text(value: string): string;
  /** One subprotocol name: some clients carry their token there. */
  token(value: string): string;
  /** The value of one HTTP field. */
  field(name: string, value: string): string;
  /** An address, or what stands for it. */
  address(value: string): string;
  /** A host's name, with or without a port, or what stands for it, as long: from here on it is known in texts too. */
  host(value: string): string;
  /** Whether this, all of it, has been named as a host. */
  knowsHost(value: string): boolean;
  /** The same for the labels of a name in a DNS message. */
  hostLabels(labels: readonly string[]): readonly string[];
  /** Where the secrets of a text are; remembers them. */
  spans(value: string): readonly TaggedSpan[];
  /** The same for bytes that must keep their places: addresses and hosts too, each with a tag of its own length. */
  packetSpans(value: string): readonly TaggedSpan[];
  readonly applied: boolean;
  readonly addresses: boolean;
  /** Different secrets hidden so far, and by kind. */
  readonly hidden: number;
  readonly hiddenByKind: Readonly<Partial<Record<SecretKind, number>>>;
}

export interface RedactionOptions {
  /** Further keys whose values are secret. */
  readonly keys?: readonly string[];
  /** Also give addresses and hosts other names. */
  readonly addresses?: boolean;
}

export const createRedactor = (applied: boolean, options: RedactionOptions = {}): Redactor =>
  new TaggingRedactor(applied, options);

const HANDSHAKE = /^sec-websocket-(key|accept)$/i;
/** Sixteen random bytes, or a SHA-1, for each handshake (RFC 6455 §1.3): as long as a secret, and none. */
const NONCE = /^(?:[\w+/]{22}=|[\w+/]{27})=$/;

class TaggingRedactor implements Redactor {
  readonly applied: boolean;
  readonly hiddenByKind: Partial<Record<SecretKind, number>> = {};
  private readonly keys: SecretKeys;
  private readonly tags = new Map<string, string>();
  private readonly index = new SecretIndex();
  private readonly pseudonyms: AddressPseudonyms | null;
  private readonly hosts: HostPseudonyms | null;
  private readonly lines = new Map<string, readonly SecretSpan[]>();

  constructor(applied: boolean, options: RedactionOptions) {
    this.applied = applied;
    this.keys = new SecretKeys(options.keys);
    this.pseudonyms = options.addresses === true ? new AddressPseudonyms() : null;
    this.hosts = options.addresses === true ? new HostPseudonyms() : null;
  }

  get hidden(): number {
    return this.tags.size;
  }

  get addresses(): boolean {
    return this.pseudonyms !== null;
  }

  spans(value: string): TaggedSpan[] {
    return this.applied ? this.tagged(value, findSecrets(value, this.keys)) : [];
  }

  packetSpans(value: string): TaggedSpan[] {
    const secrets = this.spans(value);
    if (this.pseudonyms === null || this.hosts === null) return secrets;
    const addresses = besides(this.pseudonyms.spans(value), secrets);
    return besides(this.hosts.spans(value), addresses);
  }

  text(value: string): string {
    return this.named(replaced(value, this.spans(value)));
  }

  token(value: string): string {
    return this.protocolList(value);
  }

  field(name: string, value: string): string {
    if (HOST_FIELD.test(name)) return this.named(this.host(value));
    if (!this.applied) return this.named(value);
    if (/^sec-websocket-protocol$/i.test(name)) return this.protocolList(value);
    if (HANDSHAKE.test(name) && NONCE.test(value) && !this.keys.hasExtra) return value;
    const found: SecretSpan[] = [];
    if (/^(set-)?cookie$/i.test(name)) cookies(value, 0, /^set/i.test(name), found);
    else {
      const head = `${name}: `;
      for (const span of this.secretsOf(head + value)) {
        if (span.start >= head.length) {
          found.push({ ...span, start: span.start - head.length, end: span.end - head.length });
        }
      }
    }
    return this.named(replaced(value, this.tagged(value, merged(value, found))));
  }

  address(value: string): string {
    return this.pseudonyms?.of(value) ?? value;
  }

  host(value: string): string {
    return this.hosts?.of(value) ?? value;
  }

  knowsHost(value: string): boolean {
    return this.hosts?.knows(value) ?? false;
  }

  hostLabels(labels: readonly string[]): readonly string[] {
    return this.hosts?.ofLabels(labels) ?? labels;
  }

  /** A field with its value stands in the head of every handshake of a client: it is searched once. */
  private secretsOf(line: string): readonly SecretSpan[] {
    const known = this.lines.get(line);
    if (known !== undefined) return known;
    const found = findSecrets(line, this.keys);
    if (line.length <= limits.redactedLineCharacters && this.lines.size < limits.redactedLines) {
      this.lines.set(line, found);
    }
    return found;
  }

  private protocolList(value: string): string {
    if (!this.applied) return value;
    const found: SecretSpan[] = findSecrets(value, this.keys);
    protocols(value, 0, this.keys, found);
    return this.named(replaced(value, this.tagged(value, merged(value, found))));
  }

  private named(value: string): string {
    const named = this.pseudonyms === null ? value : this.pseudonyms.text(value);
    return this.hosts === null ? named : this.hosts.text(named);
  }

  /** What gives itself away, and what is known from elsewhere in between. */
  private tagged(value: string, found: readonly SecretSpan[]): TaggedSpan[] {
    const spans: TaggedSpan[] = found.map(({ start, end, kind }) => ({
      start,
      end,
      tag: this.tagOf(value.slice(start, end), kind),
    }));
    let next = 0;
    const known: TaggedSpan[] = [];
    this.index.find(value, (start, end, tag) => {
      while ((spans[next]?.end ?? Number.POSITIVE_INFINITY) <= start) next++;
      const covering = spans[next];
      if (covering === undefined || covering.start >= end) known.push({ start, end, tag });
      // Partly inside: the rest of it is hidden too.
      else if (start < covering.start) known.push({ start, end: covering.start, tag });
      else if (end > covering.end) known.push({ start: covering.end, end, tag });
    });
    return known.length === 0 ? spans : [...spans, ...known].sort((a, b) => a.start - b.start);
  }

  private tagOf(secret: string, kind: SecretKind): string {
    const plain = plainOf(secret);
    const known = this.tags.get(plain);
    if (known !== undefined) return known;
    const tag = `[redacted:${this.tags.size + 1}]`;
    this.tags.set(plain, tag);
    this.hiddenByKind[kind] = (this.hiddenByKind[kind] ?? 0) + 1;
    this.index.add(plain, tag);
    if (plain !== secret) this.index.add(secret, tag);
    return tag;
  }
}

const HOST_FIELD = /^(x-forwarded-host|x-forwarded-server|x-original-host|x-host|host)$/i;

/** Both, sorted, without those of `more` that overlap one of `spans`: both are sorted and apart. */
function besides(more: readonly TaggedSpan[], spans: readonly TaggedSpan[]): TaggedSpan[] {
  if (more.length === 0) return [...spans];
  let next = 0;
  const free = more.filter(({ start, end }) => {
    while ((spans[next]?.end ?? Number.POSITIVE_INFINITY) <= start) next++;
    return (spans[next]?.start ?? Number.POSITIVE_INFINITY) >= end;
  });
  return [...spans, ...free].sort((a, b) => a.start - b.start);
}

/** The same secret, percent-encoded or not, has the same tag. */
function plainOf(secret: string): string {
  if (!secret.includes("%")) return secret;
  try {
    return decodeURIComponent(secret);
  } catch {
    return secret;
  }
}

function replaced(value: string, spans: readonly TaggedSpan[]): string {
  if (spans.length === 0) return value;
  let text = "";
  let at = 0;
  for (const { start, end, tag } of spans) {
    if (start < at) continue;
    // In JSON a number is hidden as a string, so that it stays JSON.
    const isNumber = /^-?[\d.eE+-]+$/.test(value.slice(start, end)) && /[:,[]\s*$/.test(value.slice(at, start));
    text += value.slice(at, start) + (isNumber ? `"${tag}"` : tag);
    at = end;
  }
  return text + value.slice(at);
}
