import fc from "fast-check";
import { Decoder, Encoder, type Packet, PacketType } from "socket.io-parser";
import { describe, expect, it } from "vitest";
import { readSocketIo } from "../../src/payload/readers/socket-io.ts";

const encode = (packet: Packet): string => String(new Encoder().encode(packet)[0]);

describe("readSocketIo", () => {
  it.each([
    [
      { type: PacketType.CONNECT, nsp: "/" },
      { packet: "CONNECT", namespace: "/", hasAuth: false },
    ],
    [
      { type: PacketType.CONNECT, nsp: "/im", data: { token: "s3cret" } },
      { namespace: "/im", hasAuth: true, summary: "CONNECT /im (payload)" },
    ],
    [
      { type: PacketType.DISCONNECT, nsp: "/im" },
      { packet: "DISCONNECT", namespace: "/im", summary: "DISCONNECT /im" },
    ],
    [
      { type: PacketType.EVENT, nsp: "/", data: ["chat", { a: 1 }] },
      { packet: "EVENT", eventName: "chat", ackId: null },
    ],
    [
      { type: PacketType.EVENT, nsp: "/im", data: ['a,b"c'], id: 12 },
      { eventName: 'a,b"c', ackId: 12, namespace: "/im" },
    ],
    [
      { type: PacketType.EVENT, nsp: "/", data: ["ping"] },
      { eventName: "ping", heartbeat: "ping" },
    ],
    [
      { type: PacketType.ACK, nsp: "/", data: [1], id: 0 },
      { packet: "ACK", ackId: 0, eventName: null },
    ],
    [
      { type: PacketType.CONNECT_ERROR, nsp: "/im", data: { message: "Invalid auth token" } },
      { packet: "CONNECT_ERROR", errorMessage: "Invalid auth token", summary: "CONNECT_ERROR /im Invalid auth token" },
    ],
    [
      { type: PacketType.EVENT, nsp: "/im", data: ["error", { message: "无效的认证令牌" }] },
      { packet: "EVENT", eventName: "error", errorMessage: "无效的认证令牌" },
    ],
    [
      { type: PacketType.EVENT, nsp: "/", data: ["unauthorized", "no token"] },
      { eventName: "unauthorized", errorMessage: "no token" },
    ],
    [
      { type: PacketType.EVENT, nsp: "/", data: ["token_expired"] },
      { eventName: "token_expired", errorMessage: "token_expired" },
    ],
    [
      { type: PacketType.EVENT, nsp: "/", data: ["token", "it has expired"] },
      { eventName: "token", errorMessage: null },
    ],
    [
      { type: PacketType.EVENT, nsp: "/", data: ["errors-count", 3] },
      { eventName: "errors-count", errorMessage: null },
    ],
    [
      { type: PacketType.EVENT, nsp: "/", data: ["up", Buffer.alloc(3), Buffer.alloc(4)] },
      { packet: "BINARY_EVENT", attachments: 2, eventName: "up" },
    ],
    [
      { type: PacketType.ACK, nsp: "/", data: [Buffer.alloc(3)], id: 7 },
      { packet: "BINARY_ACK", attachments: 1, ackId: 7 },
    ],
  ] as [Packet, object][])("%j", (packet, expected) => {
    expect(readSocketIo(encode(packet), true)).toMatchObject({ kind: "socket.io", ...expected });
  });

  it("an error that is a string, and a query behind the namespace, as protocol 4 and before write them", () => {
    expect(readSocketIo('4"Not authorized"', true)).toMatchObject({
      packet: "CONNECT_ERROR",
      errorMessage: "Not authorized",
    });
    const reading = readSocketIo("0/im?token=s3cret,", true);
    expect(reading).toMatchObject({ packet: "CONNECT", namespace: "/im", hasAuth: true });
    expect(JSON.stringify(reading)).not.toContain("s3cret");
  });

  it.each([
    ["0/im,{}", false],
    ['0/im,{"token":null}', false],
    ['0/im,{"token":"","remember":false}', false],
    ['0/im,{"token":"","user":7}', true],
  ])("%s logs in with something: %s", (text, hasAuth) => {
    expect(readSocketIo(text, true)).toMatchObject({ packet: "CONNECT", hasAuth });
  });

  it.each([
    ['0/im,{"token":"undefined"}', "unset"],
    ['0/im,{"token":"Bearer null"}', "unset"],
    ['0/im,{"token":"Bearer abc.def.ghi"}', "bearer"],
    ['0/im,{"token":"abc.def.ghi"}', null],
  ])("%s holds a slip of the client: %s", (text, authSlip) => {
    expect(readSocketIo(text, true)).toMatchObject({ packet: "CONNECT", authSlip });
  });

  it("what an error says besides its message", () => {
    const text = '4/im,{"message":"no","data":{"why":"invalid signature"}}';
    expect(readSocketIo(text, true)).toMatchObject({ errorMessage: "no", errorDetails: '{"why":"invalid signature"}' });
    const echoed = `4/im,{"message":"no","data":{"token":"${"s3cret".repeat(5)}"}}`;
    expect(readSocketIo(echoed, true)?.errorDetails).toBe('{"token":"…"}');
  });

  it.each(["", "7", "2", '2{"a":1}', "2[", "0[1]", "1x", "5[1]", '2-["a"]', "51-", "4[1]", "9[]"])(
    "%j is no packet",
    (text) => {
      expect(readSocketIo(text, true)).toBeNull();
    },
  );

  it("a packet that was cut off keeps its head", () => {
    expect(readSocketIo('5123-/im,["upload",{"_placehol', false)).toMatchObject({
      packet: "BINARY_EVENT",
      attachments: 123,
      namespace: "/im",
      eventName: "upload",
    });
  });

  it("agrees with socket.io-parser on whatever that one accepts", () => {
    const text = fc.tuple(
      fc.constantFrom("0", "1", "2", "3", "4", "51-", "62-", "7", ""),
      fc.constantFrom("", "/", "/im,", "/a/b,", "/im", "12", "0"),
      fc.constantFrom("", "1", "99"),
      fc.oneof(fc.json(), fc.constantFrom('["a"]', '["message",1]', "[]", '{"message":"x"}', '"x"', "", "[")),
    );
    fc.assert(
      fc.property(text, (parts) => {
        const packet = parts.join("");
        const theirs = decode(packet);
        const ours = readSocketIo(packet, true);
        // It takes nothing at all for a CONNECT, and an event without data for one.
        if (theirs === null || packet === "" || (theirs.data === undefined && theirs.type > PacketType.DISCONNECT))
          return;
        // Ids count up from 0; one that JavaScript cannot hold is no id, whatever it is rounded to.
        if (theirs.id !== undefined && !Number.isSafeInteger(theirs.id)) return;
        expect(ours, packet).toMatchObject({ namespace: theirs.nsp.split("?")[0], ackId: theirs.id ?? null });
        const names = ["CONNECT", "DISCONNECT", "EVENT", "ACK", "CONNECT_ERROR"];
        expect(ours?.packet.replace("BINARY_", "")).toBe(names[theirs.type]);
      }),
      { numRuns: 2000 },
    );
  });
});

/** What socket.io-parser makes of it; attachments are given as it asks for them. */
function decode(text: string): Packet | null {
  const decoder = new Decoder();
  let packet: Packet | null = null;
  decoder.on("decoded", (decoded: Packet) => {
    packet = decoded;
  });
  try {
    decoder.add(text);
    for (let n = 0; packet === null && n < 2; n += 1) decoder.add(Buffer.alloc(1));
  } catch {
    return null;
  }
  return packet;
}
