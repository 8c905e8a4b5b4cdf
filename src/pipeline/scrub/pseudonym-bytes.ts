import { formatAddress, parseAddress } from "../../base/address.ts";
import { latin1, u8 } from "../../base/bytes.ts";

/** Addresses as they stand in packets → what stands instead, as many bytes; the same one always gets the same. */
export class PseudonymBytes {
  private readonly pseudonymOf: (address: string) => string;
  private readonly known = new Map<string, Uint8Array>();
  private readonly cards = new Map<string, Uint8Array>();

  constructor(pseudonymOf: (address: string) => string) {
    this.pseudonymOf = pseudonymOf;
  }

  /** 4 or 16 bytes. */
  address(own: Uint8Array): Uint8Array {
    const key = latin1(own, 0, own.length);
    const made = this.known.get(key) ?? this.made(own);
    this.known.set(key, made);
    return made;
  }

  /** Who was who stays visible; vendors and serial numbers do not. Groups keep their kind. */
  hardware(own: Uint8Array): Uint8Array {
    if (own.every((byte) => byte === 0) || own.every((byte) => byte === 0xff)) return own;
    const key = latin1(own, 0, own.length);
    const made = this.cards.get(key) ?? this.card(own);
    this.cards.set(key, made);
    return made;
  }

  private made(own: Uint8Array): Uint8Array {
    if (own.length === 16 && u8(own, 0) === 0xff) {
      // A solicited-node address ends in the node's own last bytes (RFC 4291 §2.7.1).
      return u8(own, 11) === 1 && u8(own, 12) === 0xff ? own.slice().fill(0, 13) : own;
    }
    const made = parseAddress(this.pseudonymOf(formatAddress(own, 0, own.length === 4 ? 4 : 6)));
    return made?.length === own.length ? made : new Uint8Array(own.length);
  }

  private card(own: Uint8Array): Uint8Array {
    // A group address would tell whom IPv6 looks for (RFC 2464 §7).
    if ((u8(own, 0) & 1) === 1) return own.map((byte, i) => (i < 2 ? byte : i === own.length - 1 ? 1 : 0));
    // Locally administered (IEEE 802c), numbered in its last bytes.
    const number = this.cards.size + 1;
    const last = own.length - 1;
    return own.map((_, i) => (i === 0 ? 2 : i > last - 3 ? (number >>> (8 * (last - i))) & 255 : 0));
  }
}
