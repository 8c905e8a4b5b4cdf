/** IANA protocol numbers. */
const TCP = 6;
const ICMPV6 = 58;
/** Destination unreachable, redirect, time exceeded, parameter problem (RFC 792); unreachable … problem (RFC 4443). */
const ICMP_ERRORS = [3, 5, 11, 12];
const ICMPV6_ERRORS = [1, 2, 3, 4];
/** Hop-by-hop, routing, fragment, destination options: behind them libpcap does not look for TCP. */
const IPV6_EXTENSIONS = [0, 43, 44, 60];

const any = (terms: readonly string[]): string => terms.join(" or ");
const oneOf = (field: string, values: readonly number[]): string =>
  `(${any(values.map((value) => `${field}=${value}`))})`;

/**
 * The BPF of a live capture (pcap-filter(7)). `ports` empty: every TCP port. The user's filter narrows the TCP packets
 * only; beside them come what tells why a connection never was: ICMP errors that quote one of the ports, ARP and DNS,
 * and what a port test cannot see into (later fragments, IPv6 extension headers).
 * One VLAN tag needs no `vlan`: Linux takes it off before the filter runs.
 */
export function captureFilter(ports: readonly number[], userFilter: string | null): string {
  const beside = [
    `(icmp and ${oneOf("icmp[0]", ICMP_ERRORS)} and icmp[17]=${TCP}${quoted4(ports)})`,
    `(ip6 and ip6[6]=${ICMPV6} and ${oneOf("ip6[40]", ICMPV6_ERRORS)} and ip6[54]=${TCP}${quoted6(ports)})`,
    `(ip and ip[9]=${TCP} and ip[6:2]&0x1fff!=0)`,
    `(ip6 and ${oneOf("ip6[6]", IPV6_EXTENSIONS)})`,
    "arp",
    "udp port 53",
  ];
  // The user's words come last: `vlan` or `pppoes` in them would shift the offsets of what follows.
  return `${any(beside)} or (${tcpFilter(ports, userFilter)})`;
}

/** What of it people asked for. */
export function tcpFilter(ports: readonly number[], userFilter: string | null): string {
  const tcp = ports.length === 0 ? "tcp" : any(ports.map((port) => `tcp port ${port}`));
  return userFilter === null ? tcp : `(${tcp}) and (${userFilter})`;
}

/** The quoted IPv4 header begins at byte 8 of the ICMP message and has a length of its own. */
function quoted4(ports: readonly number[]): string {
  if (ports.length === 0) return "";
  const at = (offset: number): string => `icmp[${8 + offset}+((icmp[8]&0xf)<<2):2]`;
  return ` and (${any(ports.flatMap((port) => [`${at(0)}=${port}`, `${at(2)}=${port}`]))})`;
}

/** The quoted IPv6 header (40 bytes) begins at byte 48. */
function quoted6(ports: readonly number[]): string {
  if (ports.length === 0) return "";
  return ` and (${any(ports.flatMap((port) => [`ip6[88:2]=${port}`, `ip6[90:2]=${port}`]))})`;
}
