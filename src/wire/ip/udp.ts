import { u16be } from "../../base/bytes.ts";
import { endNoLaterThan, has, LAYER, type Layer, malformed, other, type Walk } from "../walk.ts";
import { readGeneve, readGtpU, readTeredo, readTzsp, readVxlan } from "./udp-tunnels.ts";

const DNS = 53;
const MDNS = 5353;
const GTP_U = 2152;
const TEREDO = 3544;
const VXLAN = 4789;
/** Used by Linux before VXLAN had a port of its own. */
const VXLAN_LINUX = 8472;
const GENEVE = 6081;
const TZSP = 37_008;

/** UDP (RFC 768): names are looked up with it and tunnels run over it; the rest is counted. */
export function readUdp(walk: Walk): Layer {
  if (!has(walk, 8, "wire.udp.header-cut")) return LAYER.done;
  const { bytes, at } = walk;
  const lengthBytes = u16be(bytes, at + 4);
  // 0: longer than the field can say (RFC 2675 §4).
  if (lengthBytes > 0 && lengthBytes < 8) return malformed(walk, "wire.udp.length-too-small", 8, "value");
  if (lengthBytes > 0) endNoLaterThan(walk, at + lengthBytes);
  const sourcePort = u16be(bytes, at);
  const destinationPort = u16be(bytes, at + 2);
  walk.at = at + 8;
  if (isNameService(sourcePort) || isNameService(destinationPort)) return tell(walk, sourcePort, destinationPort);
  if (walk.at < walk.end) {
    if (destinationPort === VXLAN || destinationPort === VXLAN_LINUX) return readVxlan(walk);
    if (destinationPort === GENEVE) return readGeneve(walk);
    if (destinationPort === GTP_U || sourcePort === GTP_U) return readGtpU(walk);
    if (destinationPort === TEREDO || sourcePort === TEREDO) return readTeredo(walk);
    if (destinationPort === TZSP) return readTzsp(walk);
  }
  return other(walk, "udp");
}

const isNameService = (port: number): boolean => port === DNS || port === MDNS;

function tell(walk: Walk, sourcePort: number, destinationPort: number): Layer {
  const datagram = walk.datagram;
  datagram.bytes = walk.bytes;
  datagram.ipVersion = walk.ipVersion;
  datagram.sourceAddressStart = walk.sourceAddressStart;
  datagram.destinationAddressStart = walk.destinationAddressStart;
  datagram.sourcePort = sourcePort;
  datagram.destinationPort = destinationPort;
  datagram.payloadStart = walk.at;
  datagram.payloadLength = walk.end - walk.at;
  walk.sink.onDatagram(datagram, walk.packet);
  return LAYER.done;
}
