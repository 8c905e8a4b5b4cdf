import { KnownHosts, namedHosts } from "./host-names.ts";

/** A text that stands at a place, as long as what it stands for. */
interface Placed {
  readonly start: number;
  readonly end: number;
  readonly tag: string;
}

/**
 * Other names for hosts, as long as they are and with dots where they have them, so that a packet can bear them as well:
 * hosts of one domain stay in one domain, and a host keeps its name within one output. `localhost` and what standards
 * name tells nothing and stays.
 */
export class HostPseudonyms {
  private readonly known = new KnownHosts();
  private readonly named = new Set<string>();
  /** By the label with all that follows it. */
  private readonly labels = new Map<string, string>();
  private readonly counts = new Map<string, number>();
  /** What stands for something already: text may come by more than once. */
  private readonly made = new Set<string>();

  /** A host, with or without a port: from here on it is found in texts too. */
  of(host: string): string {
    const [, name = "", rest = ""] = /^([^:/[\]]*?)(\.?(?::\d*)?)$/.exec(host) ?? [];
    return isHost(name) ? this.learnt(name) + rest : host;
  }

  knows(host: string): boolean {
    return this.named.has((/^[^:]*/.exec(host)?.[0] ?? "").toLowerCase());
  }

  /** Labels as they stand in a DNS message, whatever is in them. */
  ofLabels(labels: readonly string[]): string[] {
    const name = labels.join(".");
    if (labels.length > 0 && isHost(name)) this.learnt(name);
    return this.standIns(labels.map((label) => label.toLowerCase()));
  }

  text(value: string): string {
    let shown = "";
    let at = 0;
    for (const { start, end, tag } of this.spans(value)) {
      shown += value.slice(at, start) + tag;
      at = end;
    }
    return at === 0 ? value : shown + value.slice(at);
  }

  /** Sorted and apart. */
  spans(value: string): Placed[] {
    const found: { start: number; end: number }[] = [];
    for (const span of namedHosts(value)) {
      const name = value.slice(span.start, span.end);
      if (!isHost(name) || this.made.has(name)) continue;
      this.learnt(name);
      found.push(span);
    }
    found.push(...this.known.find(value));
    found.sort((a, b) => a.start - b.start || b.end - a.end);
    const placed: Placed[] = [];
    for (const { start, end } of found) {
      const name = value.slice(start, end);
      if (start < (placed.at(-1)?.end ?? 0) || this.made.has(name)) continue;
      placed.push({ start, end, tag: this.learnt(name) });
    }
    return placed;
  }

  private learnt(name: string): string {
    const lower = name.toLowerCase();
    if (this.made.has(lower)) return name;
    const made = this.standIns(lower.split(".")).join(".");
    if (made === lower) return name;
    this.made.add(made);
    this.known.add(lower);
    this.named.add(lower);
    return made;
  }

  private standIns(labels: readonly string[]): string[] {
    if (KEPT_TOPS.has(labels.at(-1) ?? "") && labels.length === 1) return [...labels];
    return labels.map((label, index) => {
      const isTop = index === labels.length - 1;
      if (label.startsWith("_") || (isTop && KEPT_TOPS.has(label))) return label;
      return this.standIn(label, labels.slice(index + 1).join("."));
    });
  }

  private standIn(label: string, parent: string): string {
    const key = `${label}.${parent}`;
    const known = this.labels.get(key);
    if (known !== undefined) return known;
    const kind = `${label.length} ${parent}`;
    const count = (this.counts.get(kind) ?? 0) + 1;
    this.counts.set(kind, count);
    const made = numbered(label.length, count);
    this.labels.set(key, made);
    return made;
  }
}

const KEPT_TOPS: ReadonlySet<string> = new Set(["localhost", "local", "arpa", ""]);
const WORD = "name";

/** `name07`, or as much of that as there is room for. */
function numbered(length: number, count: number): string {
  if (length === 0) return "";
  if (length === 1) return String.fromCharCode(97 + ((count - 1) % 26));
  const word = length >= WORD.length + 2 ? WORD : "n";
  const digits = count.toString(36).slice(-(length - word.length));
  return word + digits.padStart(length - word.length, "0");
}

/** Neither an address nor empty; the rest is as RFC 1123 §2.1 says, or nearly so. */
const isHost = (name: string): boolean =>
  name.length <= 253 &&
  /^[\w-]{1,63}(\.[\w-]{1,63})*$/.test(name) &&
  !/(^|\.)\d+$/.test(name) &&
  !/^localhost$/i.test(name);
