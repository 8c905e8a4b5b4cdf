import { describe, expect, it } from "vitest";
import { cutLooksLikeFrames, looksLikeFrames } from "../../src/websocket/recognise.ts";
import { frame, hex } from "../support/websocket-script.ts";

const judge = (bytes: Uint8Array): [string, string] => [
  looksLikeFrames(bytes, 0, bytes.length, 0),
  looksLikeFrames(bytes, 0, bytes.length, 1),
];
const ascii = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, "latin1"));

describe("what frames look like", () => {
  it("one text message that fills the packet, by the side that its mask tells", () => {
    expect(judge(frame({ opcode: 1, payload: '{"type":"ping"}' }))).toEqual(["yes", "no"]);
    expect(judge(frame({ opcode: 1, payload: '{"type":"ping"}', mask: null }))).toEqual(["no", "yes"]);
  });

  it("several frames in a row", () => {
    const frames = [frame({ opcode: 9, payload: "1" }), frame({ opcode: 2, payload: "\u0001\u0002\u0003" })];
    expect(judge(Buffer.concat(frames))).toEqual(["yes", "no"]);
    expect(judge(Buffer.concat([...frames, ...frames]).subarray(0, -2))).toEqual(["yes", "no"]);
  });

  it("one ping, or a piece of a large binary frame: perhaps", () => {
    expect(judge(hex("8900"))).toEqual(["no", "maybe"]);
    expect(judge(frame({ opcode: 2, payload: "x".repeat(5000), mask: null }).subarray(0, 1400))).toEqual([
      "no",
      "maybe",
    ]);
    expect(judge(hex("81"))).toEqual(["maybe", "maybe"]);
  });

  it("compressed text, whose handshake was not seen", () => {
    const compressed = frame({ opcode: 1, rsv: 4, payload: "\u00f2\u0048\u00cd" });
    expect(judge(Buffer.concat([compressed, compressed]))).toEqual(["yes", "no"]);
  });
});

describe("what does not look like frames", () => {
  it.each([
    ["an HTTP request", ascii("GET / HTTP/1.1\r\nHost: a\r\n\r\n")],
    ["an HTTP response", ascii("HTTP/1.1 200 OK\r\n\r\n")],
    ["TLS ClientHello", hex("16 03 01 02 00 01 00 01 fc 03 03")],
    ["SSH", ascii("SSH-2.0-OpenSSH_9.2p1\r\n")],
    ["Redis", ascii("*1\r\n$4\r\nPING\r\n")],
    ["SMTP", ascii("220 mail.example ESMTP\r\n")],
    ["MQTT CONNECT", hex("10 0c 00 04 4d 51 54 54 04 02 00 3c 00 00")],
    ["PostgreSQL", hex("00 00 00 08 04 d2 16 2f")],
    [
      "text frames with a broken opcode sequence",
      Buffer.concat([frame({ opcode: 1, payload: "a" }), frame({ opcode: 0 })]),
    ],
    ["a reserved opcode", frame({ opcode: 3, payload: "abc" })],
    ["a non-minimal length", hex("817e 0005 48656c6c6f")],
  ])("%s", (_, bytes) => {
    expect(judge(bytes)).not.toContain("yes");
  });

  it("DNS over TCP is at most a perhaps", () => {
    const query = hex("002a dead0100000100000000000003777777076578616d706c6503636f6d0000010001");
    expect(judge(query)).not.toContain("yes");
  });

  it("never throws on anything", () => {
    for (let i = 0; i < 2000; i++) {
      const bytes = Uint8Array.from({ length: i % 40 }, (_, k) => (Math.imul(i + 1, 2_654_435_761) >>> (k % 24)) & 255);
      expect(["no", "maybe", "yes"]).toContain(judge(bytes)[0]);
    }
  });
});

describe("packets cut short", () => {
  const masked = [Uint8Array.of(0x81, 0x85), 9, Uint8Array.of(0x8a, 0x80), 4];
  it("two frames that end where their packets ended are frames, though their keys are missing", () => {
    expect(cutLooksLikeFrames(masked, 0)).toBe("yes");
    expect(cutLooksLikeFrames(masked, 1)).toBe("no");
  });
  it("one is too little, and what ends elsewhere says little", () => {
    expect(cutLooksLikeFrames(masked.slice(0, 2), 0)).toBe("maybe");
    expect(cutLooksLikeFrames([Uint8Array.of(0x81, 0x85), 77, Uint8Array.of(0x30, 0x31), 50], 0)).toBe("no");
  });
});
