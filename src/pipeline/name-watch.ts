import { formatAddress } from "../base/address.ts";
import * as limits from "../base/limits.ts";
import type { Mark, PacketView } from "../base/packet-view.ts";
import { readDnsMessage } from "../dns/message.ts";
import type { ArpFacts, DnsFacts } from "../store/across-types.ts";
import type { ArpView, DatagramView } from "../wire/types.ts";

const ARP_REQUEST = 1;
const ARP_REPLY = 2;
const DNS_PORT = 53;

type Writable<T> = { -readonly [K in keyof T]: T[K] };

const markOf = (packet: PacketView): Mark => ({ packet: packet.packetNumber, timestampNs: packet.timestampNs });

/** The oldest goes first: in a capture of days the latest names matter. */
function makeRoom(entries: Map<string, unknown>): void {
  const oldest = entries.size < limits.namesWatched ? undefined : entries.keys().next().value;
  if (oldest !== undefined) entries.delete(oldest);
}

/** Names that were asked for and addresses that were looked for, before any connection could be made. Bounded. */
export class NameWatch {
  private readonly queries = new Map<string, Writable<DnsFacts>>();
  private readonly searches = new Map<string, Writable<ArpFacts>>();

  get dns(): DnsFacts[] {
    return [...this.queries.values()];
  }

  get arp(): ArpFacts[] {
    return [...this.searches.values()];
  }

  onDatagram(datagram: DatagramView, packet: PacketView): void {
    const { bytes, payloadStart, payloadLength, ipVersion } = datagram;
    if (datagram.sourcePort !== DNS_PORT && datagram.destinationPort !== DNS_PORT) return;
    const message = readDnsMessage(bytes, payloadStart, payloadStart + payloadLength);
    if (message === null) return;
    const source = formatAddress(bytes, datagram.sourceAddressStart, ipVersion);
    const destination = formatAddress(bytes, datagram.destinationAddressStart, ipVersion);
    const [client, server] = message.isResponse ? [destination, source] : [source, destination];
    const port = message.isResponse ? datagram.destinationPort : datagram.sourcePort;
    const key = `${client} ${port} ${server} ${message.id} ${message.name} ${message.type}`;
    const known = this.queries.get(key);
    if (known === undefined) {
      makeRoom(this.queries);
      this.queries.set(key, {
        client,
        server,
        name: message.name,
        type: message.type,
        asked: message.isResponse ? null : markOf(packet),
        repeats: 0,
        answered: message.isResponse ? markOf(packet) : null,
        responseCode: message.isResponse ? message.responseCode : null,
        addresses: message.addresses,
      });
    } else if (!message.isResponse) known.repeats++;
    else if (known.answered === null) {
      known.answered = markOf(packet);
      known.responseCode = message.responseCode;
      known.addresses = message.addresses;
    }
  }

  onArp(arp: ArpView, packet: PacketView): void {
    const sender = formatAddress(arp.bytes, arp.senderAddressStart, 4);
    const target = formatAddress(arp.bytes, arp.targetAddressStart, 4);
    // RFC 5227: probes and announcements ask for nobody.
    if (arp.operation === ARP_REQUEST && sender !== target && sender !== "0.0.0.0")
      this.onSearch(sender, target, packet);
    if (arp.operation !== ARP_REPLY && sender !== target) return;
    for (const search of this.searches.values()) {
      if (search.target === sender && search.answered === null) search.answered = markOf(packet);
    }
  }

  private onSearch(sender: string, target: string, packet: PacketView): void {
    const key = `${sender} ${target}`;
    const known = this.searches.get(key);
    if (known !== undefined) {
      known.requests++;
      known.last = markOf(packet);
    } else {
      makeRoom(this.searches);
      this.searches.set(key, {
        sender,
        target,
        first: markOf(packet),
        last: markOf(packet),
        requests: 1,
        answered: null,
      });
    }
  }
}
