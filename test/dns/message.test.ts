import { describe, expect, test } from "vitest";
import { readDnsMessage } from "../../src/dns/message.ts";

const bytes = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex.replace(/\s+/g, ""), "hex"));
const read = (message: Uint8Array) => readDnsMessage(message, 0, message.length);

// RFC 1035 §4.1.4's own example names, and answers as `dig` prints them for these bytes.
const QUESTION = "0a0b 0100 0001 0000 0000 0000 04666973690461727061 00 0001 0001";
const ANSWER = "0a0b 8180 0001 0001 0000 0000 04666973690461727061 00 0001 0001 c00c 0001 0001 0000003c 0004 c0000201";

describe("a DNS message", () => {
  test("question", () => {
    expect(read(bytes(QUESTION))).toMatchObject({
      id: 0x0a0b,
      isResponse: false,
      name: "fisi.arpa",
      type: 1,
      addresses: [],
    });
  });
  test("answer with a compressed owner", () => {
    expect(read(bytes(ANSWER))).toMatchObject({
      isResponse: true,
      responseCode: 0,
      name: "fisi.arpa",
      addresses: ["192.0.2.1"],
    });
  });
  test("no such name", () => {
    expect(read(bytes(QUESTION.replace("0100", "8183")))).toMatchObject({ isResponse: true, responseCode: 3 });
  });
  test("a loop of pointers is not followed for ever", () => {
    expect(read(bytes("0a0b 0100 0001 0000 0000 0000 c00c 0001 0001"))).toBeNull();
  });
  test("cut off anywhere, it never throws", () => {
    const whole = bytes(ANSWER);
    for (let length = 0; length < whole.length; length++) {
      expect(() => readDnsMessage(whole, 0, length)).not.toThrow();
      if (length < 27) expect(readDnsMessage(whole, 0, length)).toBeNull();
    }
  });
});
