/**
 * Other addresses for the ones in a capture: who is in the same subnet (IPv4 /24, IPv6 /64) stays in the same one, and
 * an address keeps its pseudonym within one output. Loopback and unspecified addresses tell nothing and stay.
 */
export class AddressPseudonyms {
  private readonly networks = new Map<string, number>();
  private readonly hosts = new Map<string, string>();
  private readonly counts = new Map<string, number>();
  /** What stands for something already: text may come by more than once. */
  private readonly made = new Set<string>();

  of(address: string): string {
    const known = this.hosts.get(address);
    if (known !== undefined) return known;
    if (this.made.has(address)) return address;
    const made = address.includes(":") ? this.six(address) : this.four(address);
    this.hosts.set(address, made);
    this.made.add(made);
    return made;
  }

  /** Every address in a text. */
  text(value: string): string {
    return value.replace(ADDRESS, (found) => (isWhole(found) ? this.of(found) : found));
  }

  /** Where addresses stand in a text, with what may stand there instead: as long, or asterisks. */
  spans(value: string): { readonly start: number; readonly end: number; readonly tag: string }[] {
    return [...value.matchAll(ADDRESS)].flatMap(({ 0: found, index }) => {
      const made = isWhole(found) ? this.of(found) : found;
      return made === found ? [] : [{ start: index, end: index + found.length, tag: fitted(made, found.length) }];
    });
  }

  private four(address: string): string {
    const parts = address.split(".").map(Number);
    const [first = 0, second = 0] = parts;
    if (first === 127 || address === "0.0.0.0" || first >= 224) return address;
    const network = this.number(parts.slice(0, 3).join("."));
    const isPrivate =
      first === 10 || (first === 172 && second >= 16 && second < 32) || (first === 192 && second === 168);
    // RFC 2544's test networks, which no real capture is likely to hold: one for what was private, one for the rest.
    const head = isPrivate ? "198.18" : "198.19";
    const subnet = `${head}.${network & 255}`;
    return `${subnet}.${this.host(subnet)}`;
  }

  private six(address: string): string {
    if (address === "::" || address === "::1" || address.startsWith("ff")) return address;
    const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/.exec(address)?.[1];
    if (mapped !== undefined) return `::ffff:${this.four(mapped)}`;
    const isLinkLocal = address.toLowerCase().startsWith("fe80");
    const network = this.number(groupsOf(address).slice(0, 4).join(":"));
    // RFC 3849: addresses for documentation.
    return `${isLinkLocal ? "fe80" : `2001:db8:0:${network.toString(16)}`}::${this.host(`6 ${network}`).toString(16)}`;
  }

  private number(network: string): number {
    const known = this.networks.get(network);
    if (known !== undefined) return known;
    const next = this.networks.size + 1;
    this.networks.set(network, next);
    return next;
  }

  private host(network: string): number {
    const next = (this.counts.get(network) ?? 0) + 1;
    this.counts.set(network, next);
    return ((next - 1) % 254) + 1;
  }
}

/** The address with leading zeros, so that it has this length; asterisks where it is too long, or too short for that. */
function fitted(address: string, length: number): string {
  const [separator, width] = address.includes(":") ? [":", 4] : [".", 3];
  const parts = address.split(separator);
  let missing = length - address.length;
  for (let i = parts.length - 1; i >= 0 && missing > 0; i--) {
    const part = parts[i] ?? "";
    const added = part === "" ? 0 : Math.min(missing, width - part.length);
    parts[i] = "0".repeat(added) + part;
    missing -= added;
  }
  return missing === 0 ? parts.join(separator) : "*".repeat(length);
}

const IPV4 = /(?<![\d.])(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)(?![\d.]*\d)/;
const IPV6 =
  /(?<![\w:.])(?:[0-9a-f]{1,4}:){1,7}(?::|[0-9a-f]{1,4})(?:[0-9a-f:]*[0-9a-f])?(?:(?<=:)\d+\.\d+\.\d+\.\d+)?(?![\w:])|(?<![\w:.])::[0-9a-f][0-9a-f:.]*(?![\w:])/i;
const ADDRESS = new RegExp(`${IPV6.source}|${IPV4.source}`, "gi");

/** RFC 4291 §2.2: eight groups, or fewer and a `::`; times of day and MAC addresses have colons too. */
const isWhole = (found: string): boolean =>
  !found.includes(":") || found.includes("::") || found.split(":").length === (found.includes(".") ? 7 : 8);

function groupsOf(address: string): string[] {
  const [head = "", tail] = address.split("::");
  const before = head === "" ? [] : head.split(":");
  if (tail === undefined) return before;
  const after = tail === "" ? [] : tail.split(":");
  return [...before, ...Array.from({ length: Math.max(0, 8 - before.length - after.length) }, () => "0"), ...after];
}
