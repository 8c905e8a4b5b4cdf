import { expect, test } from "vitest";
import { ProxyHeaderReader, WAITS } from "../../src/http/proxy-header.ts";
import { position } from "../support/websocket-script.ts";
import { play, type Step, SWITCH, UPGRADE, whole } from "./http-events.ts";

const TEXT = "PROXY TCP4 192.0.2.1 192.0.2.10 40000 80\r\n";
const BINARY = `\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c${"a".repeat(12)}`;
const bytesOf = (text: string): number => {
  const bytes = Buffer.from(text, "latin1");
  return new ProxyHeaderReader().read(bytes, 0, bytes.length, position(1));
};

test.each([
  ["text", TEXT, TEXT.length],
  ["text, IPv6", "PROXY TCP6 2001:db8::1 2001:db8::2 40000 80\r\n", 45],
  ["text of a check", "PROXY UNKNOWN\r\n", 15],
  ["binary", BINARY, 28],
  ["a target that begins alike", "PROXY /ws HTTP/1.1\r\n", 0],
  ["empty lines before a request", `\r\n\r\n${UPGRADE}`, 0],
])("%s", (_, text, length) => {
  expect(bytesOf(text)).toBe(length);
  expect(bytesOf(text + UPGRADE)).toBe(length);
});

test("not whole: it waits, for as long as it may be one", () => {
  expect(bytesOf(BINARY.slice(0, 20))).toBe(WAITS);
  expect(bytesOf(TEXT.slice(0, -2))).toBe(WAITS);
  expect(bytesOf(TEXT.slice(0, -2) + UPGRADE)).toBe(0);
});

const SWITCHED = [
  "proxy header",
  "request GET /chat 1.1",
  "response 101 to /chat",
  'end /chat up 0 "" down 0 ""',
  "switch 101",
];

test.each<[string, Step[], string[]]>([
  ["in a packet of its own", [{ c: TEXT }, { c: UPGRADE }, { s: SWITCH }], SWITCHED],
  ["cut in two, the text", [{ c: TEXT.slice(0, 17) }, { c: TEXT.slice(17) + UPGRADE }, { s: SWITCH }], SWITCHED],
  [
    "cut in three, the binary",
    [{ c: BINARY.slice(0, 13) }, { c: BINARY.slice(13, 20) }, { c: BINARY.slice(20) }, { c: UPGRADE }, { s: SWITCH }],
    SWITCHED,
  ],
  ["in one packet with the request", [{ c: BINARY + UPGRADE }, { s: SWITCH }], SWITCHED],
  [
    "refused before the request has come",
    [
      { c: TEXT },
      { s: "HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n" },
      { c: UPGRADE },
      { end: "s" },
      { end: "c" },
    ],
    ["proxy header", "response 400 to ?", "request GET /chat 1.1", 'end /chat up 0 "" down 0 ""'],
  ],
  [
    "only its beginning, and then something else",
    [{ c: "PROXY TCP4 192.0.2.1" }, { c: " and no end\r\nHost: a\r\n\r\n" }, { end: "c" }, { end: "s" }],
    ["not-http client PROXY TCP4 192.0.2.1 and no end\r\nHost: a\r\n\r\n"],
  ],
  ["only its beginning", [{ c: "PROXY TCP4 192." }, { end: "c" }, { end: "s" }], ["not-http client PROXY TCP4 192."]],
])("%s", (_, steps, lines) => {
  expect(play(steps, whole).lines).toEqual(lines);
});
