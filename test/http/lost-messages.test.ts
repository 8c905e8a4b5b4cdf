import { expect, test } from "vitest";
import { packetNumber, relativeNs } from "../../src/base/brand.ts";
import { HttpConnectionDecoder } from "../../src/http/connection-decoder.ts";
import { play, Recorder } from "./http-events.ts";

const get = (target: string): string => `GET ${target} HTTP/1.1\r\nHost: a\r\n\r\n`;
const ok = (body: string): string => `HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body}`;

const responses = ({ lines }: Recorder): string[] => lines.filter((line) => line.startsWith("response"));

test("behind a hole a response answers the last request before it", () => {
  // The answer to /a is missing, and known to be so only when the next one comes.
  const seen = play([{ c: get("/a") }, { c: get("/b") }, { gap: "s", bytes: 40 }, { s: ok("b") }]);
  expect(responses(seen)).toEqual(["response 200 to /b"]);
  expect(seen.exchanges.map(({ request, response }) => [request?.target, response?.status])).toEqual([
    ["/a", undefined],
    ["/b", 200],
  ]);
  // It is in step again.
  const goesOn = play([
    { c: get("/a") },
    { gap: "s", bytes: 40 },
    { c: get("/b") },
    { s: ok("b") },
    { c: get("/c") },
    { s: ok("c") },
  ]);
  expect(responses(goesOn)).toEqual(["response 200 to /b", "response 200 to /c"]);
});

test("a hole inside of a body loses no message", () => {
  const head = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n";
  const seen = play([{ c: get("/a") + get("/b") }, { s: head }, { gap: "s", bytes: 4 }, { s: ok("b") }]);
  expect(responses(seen)).toEqual(["response 200 to /a", "response 200 to /b"]);
});

test("a request that waited behind a hole gets the answer that came meanwhile", () => {
  const seen = new Recorder();
  const decoder = new HttpConnectionDecoder(seen);
  const at = (packet: number) => ({ packetNumber: packetNumber(packet), timestampNs: relativeNs(packet * 1000) });
  const feed = (direction: 0 | 1, text: string, packet: number) =>
    decoder.feed(direction, Buffer.from(text), 0, text.length, at(packet));
  // Packet 1, a request, is missing; packet 3 came before that was known.
  feed(1, ok("one"), 2);
  feed(1, ok("three"), 4);
  decoder.gap(0, 40, at(3));
  feed(0, get("/three"), 3);
  feed(0, get("/five"), 5);
  feed(1, ok("five"), 6);
  expect(seen.exchanges.map(({ request, responseBody }) => [request?.target, responseBody.bytes])).toEqual([
    [undefined, 3],
    ["/three", 5],
    ["/five", 4],
  ]);
});
