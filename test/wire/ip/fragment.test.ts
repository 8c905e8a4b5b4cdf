import { describe, expect, test } from "vitest";
import { packetNumber, relativeNs } from "../../../src/base/brand.ts";
import * as limits from "../../../src/base/limits.ts";
import type { PacketView } from "../../../src/base/packet-view.ts";
import { PacketDecoder } from "../../../src/wire/packet-decoder.ts";
import { fragmentsOf, packetView, tcpPacket } from "../../support/packet-builder.ts";
import { Recorder } from "../../support/wire-recorder.ts";

const v4 = { from: "10.0.0.1:1234", to: "10.0.0.2:8080", ipId: 7, link: "raw" } as const;
const v6 = { from: "[2001:db8::1]:1234", to: "[2001:db8::2]:8080", link: "raw" } as const;
const payload = "0123456789abcdefghijklmnopqrstuvwxyz";

/** Packets in a row, 1 ms apart. */
class Played {
  readonly recorder = new Recorder();
  readonly decoder = new PacketDecoder(this.recorder);
  #count = 0;

  play(packets: readonly Uint8Array[], given: Partial<PacketView> = {}): this {
    for (const packet of packets) {
      this.#count += 1;
      const at = { packetNumber: packetNumber(this.#count), timestampNs: relativeNs(this.#count * 1e6) };
      this.decoder.decode(packetView(packet, { linkType: 101, ...at, ...given }));
    }
    return this;
  }

  get said() {
    return this.recorder.recorded;
  }
}

describe.each([
  ["IPv4", tcpPacket({ ...v4, payload })],
  ["IPv6", tcpPacket({ ...v6, payload })],
])("%s fragments", (_, packet) => {
  const pieces = fragmentsOf(packet, [8, 16, 24]);

  test("become one segment with the last of them", () => {
    const { segments, others, malformed } = new Played().play(pieces).said;
    expect(segments).toMatchObject([{ packet: 4, payload, hopLimit: 64, payloadCutLength: 0 }]);
    expect(others).toEqual(["ip-fragment", "ip-fragment", "ip-fragment"]);
    expect(malformed).toEqual([]);
  });

  test("in reverse order", () => {
    expect(new Played().play(pieces.toReversed()).said.segments).toMatchObject([{ packet: 4, payload }]);
  });

  test("seen twice each", () => {
    const { segments, others, malformed } = new Played().play(pieces.flatMap((piece) => [piece, piece])).said;
    expect(segments).toMatchObject([{ packet: 7, payload }]);
    expect(others.filter((kind) => kind === "ip-fragment-duplicate")).toHaveLength(4);
    expect(malformed).toEqual([]);
  });

  test("of a packet that was seen twice become the same segment twice", () => {
    const played = new Played().play([...pieces, ...pieces]);
    expect(played.said.segments).toMatchObject([
      { packet: 4, payload },
      { packet: 8, payload },
    ]);
    expect(played.said.others.filter((kind) => kind === "ip-fragment-duplicate")).toHaveLength(3);
  });

  test("left over from a copy are neither reported nor mixed into a later datagram", () => {
    const played = new Played().play(pieces.flatMap((piece) => [piece, piece]));
    const later = fragmentsOf(tcpPacket({ ...(packet[0] === 0x45 ? v4 : v6), payload: payload.toUpperCase() }), [32]);
    played.play(later, { timestampNs: relativeNs((limits.fragmentCopyMs + 50) * 1e6) });
    played.play([later[0] as Uint8Array], { timestampNs: relativeNs((limits.fragmentCopyMs + 60) * 1e6) });
    played.decoder.end();
    expect(played.said.segments.map((segment) => segment.payload)).toEqual([payload, payload.toUpperCase()]);
    expect(played.said.malformed).toEqual([]);
  });

  test("of which one is missing are reported at the end", () => {
    const played = new Played().play([pieces[0] as Uint8Array, pieces[2] as Uint8Array, pieces[3] as Uint8Array]);
    expect(played.said).toMatchObject({ segments: [], malformed: [] });
    played.decoder.end();
    expect(played.said.malformed).toMatchObject([
      { code: "wire.ip.fragments-incomplete-capture-end", packetNumber: 1, neededBytes: 56, availableBytes: 48 },
    ]);
  });

  test("that come too late belong to another datagram", () => {
    const played = new Played().play(pieces.slice(0, 3));
    played.play(pieces.slice(3), { timestampNs: relativeNs((limits.fragmentTimeoutMs + 2) * 1e6) });
    expect(played.said).toMatchObject({
      segments: [],
      malformed: [{ code: "wire.ip.fragments-incomplete-timeout", packetNumber: 1 }],
    });
  });

  test("cut by the capture: the first still shows the segment's beginning", () => {
    const [first, second] = fragmentsOf(packet, [32]) as [Uint8Array, Uint8Array];
    const { segments, others } = new Played()
      .play([first], { capturedLength: first.length - 2, originalLength: first.length })
      .play([second], { capturedLength: second.length - 2, originalLength: second.length }).said;
    expect(segments).toMatchObject([{ payload: "0123456789", payloadCutLength: 2 }]);
    expect(others).toEqual(["ip-fragment-cut"]);
  });

  test("an identification that is used again starts anew", () => {
    const again = fragmentsOf(
      tcpPacket({ ...(packet[0] === 0x45 ? v4 : v6), payload: payload.toUpperCase() }),
      [8, 40],
    );
    const { segments } = new Played().play([...pieces, ...again]).said;
    expect(segments.map((segment) => segment.payload)).toEqual([payload, payload.toUpperCase()]);
  });
});

describe("overlapping fragments", () => {
  const packet = tcpPacket({ ...v4, payload });
  const evil = tcpPacket({ ...v4, payload: payload.replaceAll(/./g, "X") });
  const [head, , tail] = fragmentsOf(packet, [24, 40]) as [Uint8Array, Uint8Array, Uint8Array];
  const [, evilMiddle] = fragmentsOf(evil, [24, 48]) as [Uint8Array, Uint8Array];
  const [, evilWide] = fragmentsOf(evil, [16, 40]) as [Uint8Array, Uint8Array];

  test("the first copy of each byte wins", () => {
    const { segments, malformed } = new Played().play([head, tail, evilWide]).said;
    // The head holds 4 bytes of payload, the tail those from 20 on; only what lies between is new.
    expect(segments).toMatchObject([{ payload: `0123${"X".repeat(16)}${payload.slice(20)}` }]);
    expect(malformed).toMatchObject([{ code: "wire.ip.fragment-overlap-differs", action: "continued" }]);
  });

  test("whoever came first", () => {
    const { segments } = new Played().play([evilMiddle, head, tail]).said;
    expect(segments).toMatchObject([{ payload: `0123${"X".repeat(24)}${payload.slice(28)}` }]);
  });

  test("teardrop: an end inside what is there is not taken", () => {
    const [first] = fragmentsOf(packet, [40]) as [Uint8Array];
    const [, inside] = fragmentsOf(packet.subarray(0, 20 + 32), [24]) as [Uint8Array, Uint8Array];
    const { segments, malformed } = new Played().play([first, inside]).said;
    expect(segments).toEqual([]);
    expect(malformed).toMatchObject([{ code: "wire.ip.fragment-contradicts-end" }]);
  });

  test("a fragment behind the end is not taken", () => {
    const [, last] = fragmentsOf(packet.subarray(0, 20 + 32), [24]) as [Uint8Array, Uint8Array];
    const { malformed } = new Played().play([last, tail, fragmentsOf(packet, [24, 40])[1] as Uint8Array]).said;
    expect(malformed.map((m) => m.code)).toEqual(Array(2).fill("wire.ip.fragment-contradicts-end"));
  });

  test("ping of death: a fragment that reaches beyond any datagram is not taken", () => {
    const beyond = new Uint8Array(tail);
    beyond.set([0x1f, 0xff], 6);
    expect(new Played().play([beyond]).said.malformed).toMatchObject([{ code: "wire.ip.fragment-too-long" }]);
  });

  test("a fragment without a byte is not taken", () => {
    const empty = new Uint8Array(head.subarray(0, 20));
    empty.set([0, 20], 2);
    expect(new Played().play([empty]).said.malformed).toMatchObject([{ code: "wire.ip.fragment-empty" }]);
  });
});

describe("bounds", () => {
  test("no more datagrams than the limit are held: the oldest is given up", () => {
    const played = new Played();
    for (let ipId = 0; ipId <= limits.fragmentDatagrams; ipId += 1) {
      played.play([fragmentsOf(tcpPacket({ ...v4, ipId, payload }), [32])[0] as Uint8Array], {
        timestampNs: relativeNs(0),
      });
    }
    expect(played.said.malformed).toMatchObject([
      { code: "wire.ip.fragments-incomplete-limit", packetNumber: 1, limitedBy: "limit" },
    ]);
  });

  test("a datagram of nothing but holes is given up", () => {
    const played = new Played();
    const piece = fragmentsOf(tcpPacket({ ...v4, payload }), [8, 16])[1] as Uint8Array;
    for (let hole = 1; hole <= limits.fragmentHoles; hole += 1) {
      const packet = new Uint8Array(piece);
      packet.set([0x20 | ((2 * hole) >> 8), (2 * hole) & 255], 6);
      played.play([packet]);
    }
    expect(played.said.malformed).toMatchObject([{ code: "wire.ip.fragments-incomplete-limit", packetNumber: 1 }]);
  });

  test("no more bytes than the limit are held", () => {
    const played = new Played();
    const farAway = fragmentsOf(tcpPacket({ ...v4, payload }), [32])[1] as Uint8Array;
    farAway.set([0x1f, 0xf0], 6);
    const each = 65_535;
    const fitting = Math.floor(limits.fragmentBytes / each);
    for (let ipId = 0; ipId < fitting + 3; ipId += 1) {
      const piece = new Uint8Array(farAway);
      piece.set([ipId >> 8, ipId & 255], 4);
      played.play([piece], { timestampNs: relativeNs(0) });
    }
    expect(played.said.malformed.map((m) => m.packetNumber)).toEqual([1, 2, 3]);
  });
});

test("fragments inside fragments", () => {
  const inner = fragmentsOf(tcpPacket({ ...v6, payload }), [32]);
  const outer = inner.flatMap((packet, index) => {
    const tunnel = tcpPacket({ ...v4, payload: "", ipId: 100 + index });
    const header = tunnel.slice(0, 20);
    header.set([0, 0], 2);
    header[9] = 41;
    const whole = new Uint8Array([...header, ...packet]);
    whole.set([whole.length >> 8, whole.length & 255], 2);
    return fragmentsOf(whole, [8, 48]);
  });
  expect(new Played().play(outer).said.segments).toMatchObject([{ payload }]);
});
