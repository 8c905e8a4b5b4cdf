import { describe, expect, it } from "vitest";
import * as limits from "../../src/base/limits.ts";
import { CHUNKINGS, play, type Step, SWITCH, UPGRADE } from "./http-events.ts";

const get = (target: string): string => `GET ${target} HTTP/1.1\r\nHost: a\r\n\r\n`;
const ok = (body: string): string => `HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body}`;

/** Each case runs whole, byte by byte and in threes. */
const table: [string, Step[], string[]][] = [
  [
    "keep-alive, several exchanges before the upgrade",
    [{ c: get("/a") }, { s: ok("hi") }, { c: UPGRADE }, { s: SWITCH }, { s: "\x81\x02hi" }, { c: "\x81\x80abcd" }],
    [
      "request GET /a 1.1",
      "response 200 to /a",
      'end /a up 0 "" down 2 "hi"',
      "request GET /chat 1.1",
      "response 101 to /chat",
      'end /chat up 0 "" down 0 ""',
      "switch 101",
      "switched server \x81\x02hi",
      "switched client \x81\x80abcd",
    ],
  ],
  [
    "answered before the request is whole: one exchange",
    [
      { c: "GET /ws HTTP/1.1\r\nUpgrade: webso" },
      { s: "HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\n\r\n" },
      { c: "cket\r\nX: y\r\n" },
      { end: "s" },
      { end: "c" },
    ],
    ["response 408 to ?", 'end ? up 0… "" down 0 ""', "malformed http.head-incomplete", "request GET /ws 1.1 (cut)"],
  ],
  [
    "pipelining",
    [{ c: get("/a") + get("/b") }, { s: ok("1") + ok("22") }],
    [
      "request GET /a 1.1",
      "request GET /b 1.1",
      "response 200 to /a",
      'end /a up 0 "" down 1 "1"',
      "response 200 to /b",
      'end /b up 0 "" down 2 "22"',
    ],
  ],
  [
    "first frame in the 101's own segment, client frames captured before the 101",
    [{ c: UPGRADE }, { c: "\x81\x80abcd" }, { s: `${SWITCH}\x81\x01x` }, { c: "more" }],
    [
      "request GET /chat 1.1",
      "response 101 to /chat",
      'end /chat up 0 "" down 0 ""',
      "switch 101",
      "switched client \x81\x80abcd",
      "switched server \x81\x01x",
      "switched client more",
    ],
  ],
  [
    "a gap among held bytes keeps its place",
    [{ c: `${UPGRADE}ab` }, { gap: "c", bytes: 7 }, { c: "cd" }, { s: SWITCH }, { gap: "s", bytes: 3 }],
    [
      "request GET /chat 1.1",
      "response 101 to /chat",
      'end /chat up 0 "" down 0 ""',
      "switch 101",
      "switched client ab",
      "switched gap client 7",
      "switched client cd",
      "switched gap server 3",
    ],
  ],
  [
    "a refused upgrade goes on as HTTP, with what was held",
    [{ c: UPGRADE + get("/next") }, { s: "HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno" }, { s: ok("yes") }],
    [
      "request GET /chat 1.1",
      "response 403 to /chat",
      "request GET /next 1.1",
      'end /chat up 0 "" down 2 "no"',
      "response 200 to /next",
      'end /next up 0 "" down 3 "yes"',
    ],
  ],
  [
    "101 without reason phrase",
    [{ c: UPGRADE }, { s: "HTTP/1.1 101\r\n\r\nx" }],
    [
      "request GET /chat 1.1",
      "response 101 to /chat",
      'end /chat up 0 "" down 0 ""',
      "switch 101",
      "switched server x",
    ],
  ],
  [
    "101 with an empty reason phrase, LF only, nobody asked",
    [{ c: get("/") }, { s: "HTTP/1.1 101 \nUpgrade: x\n\nx" }],
    ["request GET / 1.1", "response 101 to /", 'end / up 0 "" down 0 ""', "switch 101", "switched server x"],
  ],
  [
    "chunked both ways, extensions and trailers",
    [
      { c: 'POST /p HTTP/1.1\r\nTransfer-Encoding: gzip, Chunked\r\n\r\n3;a="b"\r\nabc\r\n0\r\nX: y\r\n\r\n' },
      { s: `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n000A \r\n0123456789\r\n1\nZ\n0\n\n${ok("!")}` },
    ],
    [
      "request POST /p 1.1",
      "response 200 to /p",
      'end /p up 3 "abc" down 11 "0123456789Z"',
      "response 200 to ?",
      'end ? up 0… "" down 1 "!"',
    ],
  ],
  [
    "until close, HTTP/1.0, leading empty lines",
    [{ c: "\r\n\nGET / HTTP/1.0\r\n\r\n" }, { s: "HTTP/1.0 200 OK\r\n\r\nall of it" }, { end: "s" }, { end: "c" }],
    ["request GET / 1.0", "response 200 to /", 'end / up 0 "" down 9 "all of it"'],
  ],
  [
    "HEAD, 204 and 304 have no body whatever they say",
    [
      { c: `HEAD /h HTTP/1.1\r\n\r\n${get("/n")}${get("/m")}` },
      { s: "HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n" },
      { s: "HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n" },
    ],
    [
      "request HEAD /h 1.1",
      "request GET /n 1.1",
      "request GET /m 1.1",
      "response 200 to /h",
      'end /h up 0 "" down 0 ""',
      "response 204 to /n",
      'end /n up 0 "" down 0 ""',
      "response 304 to /m",
      'end /m up 0 "" down 0 ""',
    ],
  ],
  [
    "100 Continue and 103 before the final response",
    [
      { c: "POST / HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n" },
      { s: "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" },
      { c: "body" },
      { s: ok("") },
    ],
    ["request POST / 1.1", "interim 100", "interim 103", "response 200 to /", 'end / up 4 "body" down 0 ""'],
  ],
  [
    "a response that begins before its request is complete",
    [
      { c: "POST /big HTTP/1.1\r\nContent-Length: 10\r\n\r\n12345" },
      { s: "HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n" },
      { c: `67890${get("/b")}` },
      { s: ok("") },
    ],
    [
      "request POST /big 1.1",
      "response 413 to /big",
      'end /big up 10 "1234567890" down 0 ""',
      "request GET /b 1.1",
      "response 200 to /b",
      'end /b up 0 "" down 0 ""',
    ],
  ],
  [
    "CONNECT, refused then granted: the tunnel's bytes",
    [
      { c: "CONNECT a:80 HTTP/1.1\r\n\r\n" },
      { s: "HTTP/1.1 407 Auth\r\nContent-Length: 0\r\n\r\n" },
      { c: "CONNECT a:80 HTTP/1.1\r\n\r\n" },
      { s: "HTTP/1.1 200 Connection established\r\nContent-Length: 7\r\n\r\nSSH-2.0" },
      { c: get("/in-tunnel") },
    ],
    [
      "request CONNECT a:80 1.1",
      "response 407 to a:80",
      'end a:80 up 0 "" down 0 ""',
      "request CONNECT a:80 1.1",
      "response 200 to a:80",
      'end a:80 up 0 "" down 0 ""',
      "switch 200",
      "switched server SSH-2.0",
      `switched client ${get("/in-tunnel")}`,
    ],
  ],
  [
    "the capture begins behind the request",
    [{ s: ok("x") }, { s: SWITCH }, { c: "\x81\x80abcd" }],
    [
      "response 200 to ?",
      'end ? up 0… "" down 1 "x"',
      "response 101 to ?",
      'end ? up 0… "" down 0 ""',
      "switch 101",
      "switched client \x81\x80abcd",
    ],
  ],
  [
    "an upgrade that nobody answers, frames sent all the same",
    [{ c: `${UPGRADE}\x81\x80abcd` }, { end: "c" }, { end: "s" }],
    ["request GET /chat 1.1", "not-http client \x81\x80abcd", 'end /chat up 0 "" down 0… ""'],
  ],
  [
    "cut off in the response head: what was understood is kept",
    [{ c: get("/") }, { s: "HTTP/1.1 500 Oops\r\nServer: x\r\nCont" }, { end: "s" }, { end: "c" }],
    ["request GET / 1.1", "malformed http.head-incomplete", "response 500 to / (cut)", 'end / up 0 "" down 0… ""'],
  ],
  [
    "cut off in the bodies",
    [
      { c: "POST / HTTP/1.1\r\nContent-Length: 9\r\n\r\nabc" },
      { end: "c" },
      { s: "HTTP/1.1 400 Bad\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab" },
      { end: "s" },
    ],
    [
      "request POST / 1.1",
      "malformed http.body-incomplete",
      "response 400 to /",
      "malformed http.body-incomplete",
      'end / up 3… "abc" down 2… "ab"',
    ],
  ],
  [
    "Content-Length twice the same is one length; different ones are reported",
    [
      { c: get("/a") + get("/b") + get("/c") },
      { s: "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nab" },
      { s: "HTTP/1.1 200 OK\r\nContent-Length: 2, 3\r\n\r\n" },
      { end: "s" },
    ],
    [
      "request GET /a 1.1",
      "request GET /b 1.1",
      "request GET /c 1.1",
      "response 200 to /a",
      'end /a up 0 "" down 2 "ab"',
      "response 200 to /b",
      "malformed http.content-length",
      'end /b up 0 "" down 0… ""',
      'end /c up 0 "" down 0… ""',
    ],
  ],
  [
    "chunked wins over Content-Length",
    [
      {
        c: `POST / HTTP/1.1\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n${get("/b")}`,
      },
    ],
    ["request POST / 1.1", "malformed http.content-length-with-transfer-encoding", "request GET /b 1.1"],
  ],
];

describe("HttpConnectionDecoder", () => {
  for (const [name, chunking] of CHUNKINGS) {
    it.each(table)(`${name}: %s`, (_, steps, expected) => {
      expect(play(steps, chunking).lines).toEqual(expected);
    });
  }

  it.each([
    ["TLS", "\x16\x03\x01\x02\x00\x01", 1],
    ["SSH", "SSH-2.0-OpenSSH_9.6\r\nxyz", 20],
    ["SSH with a comment", "SSH-2.0-OpenSSH_8.9p1 Ubuntu\r\nxyz", 30],
    ["Redis", "*1\r\n$4\r\nPING\r\n", 3],
    ["a masked frame", "\x81\x85abcdefghi", 1],
    ["the HTTP/2 preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 16],
    ["RTSP", "OPTIONS rtsp://a/b RTSP/1.0\r\nCSeq: 1\r\n", 29],
    ["a long word", "x".repeat(100), limits.httpMethodBytes + 1],
  ])("%s from the client is not HTTP, known after few bytes", (_, text, known) => {
    for (const [, chunking] of CHUNKINGS)
      expect(play([{ c: text }], chunking).lines).toEqual([`not-http client ${text}`]);
    expect(play([{ c: text.slice(0, known) }]).lines).toEqual([`not-http client ${text.slice(0, known)}`]);
    expect(play([{ c: text.slice(0, known - 1) }]).lines).toEqual([]);
  });

  it.each([
    "-ERR unknown\r\n",
    "+PONG\r\n",
    "SSH-2.0-x\r\n",
    "\x15\x03\x01\x00\x02",
    "HTTP/2.0 200 OK\r\n\r\n",
    "\x81\x02hi",
  ])("%j from the server is not HTTP", (text) => {
    for (const [, chunking] of CHUNKINGS) {
      expect(play([{ s: text }], chunking).lines).toEqual([`not-http server ${text}`]);
    }
  });
});

describe("gaps", () => {
  it("inside a Content-Length body are counted", () => {
    const { lines } = play([
      { c: get("/") },
      { s: "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc" },
      { gap: "s", bytes: 4 },
      { s: `hij${ok("next")}` },
    ]);
    expect(lines).toEqual([
      "request GET / 1.1",
      "response 200 to /",
      'end / up 0 "" down 10 "abc"',
      "response 200 to ?",
      'end ? up 0… "" down 4 "next"',
    ]);
  });

  it("inside a chunk's data keep the framing; inside framing they lose it until the next message", () => {
    const head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    const { lines } = play([
      { c: get("/a") + get("/b") + get("/c") },
      { s: `${head}6\r\nab` },
      { gap: "s", bytes: 3 },
      { s: `f\r\n0\r\n\r\n${head}5\r\nx` },
      { gap: "s", bytes: 9 },
      { s: "tail\r\n0\r\n\r\n" },
      { s: ok("c") },
    ]);
    expect(lines).toEqual([
      "request GET /a 1.1",
      "request GET /b 1.1",
      "request GET /c 1.1",
      "response 200 to /a",
      'end /a up 0 "" down 6 "ab"',
      "response 200 to /b",
      "malformed http.chunk",
      'end /b up 0 "" down 21… "x"',
      "response 200 to /c",
      'end /c up 0 "" down 1 "c"',
    ]);
  });

  it("in a head keep what was read (short snapshot length), and a 101 still switches", () => {
    const { lines } = play([
      { c: "GET /chat HTTP/1.1\r\nHost: a\r\nUpgr" },
      { gap: "c", bytes: 200 },
      { s: "HTTP/1.1 101 Switching Protocols\r\nUpg" },
      { gap: "s", bytes: 100 },
      { s: "\x81\x02hi" },
    ]);
    expect(lines).toEqual([
      "malformed http.head-incomplete",
      "request GET /chat 1.1 (cut)",
      "malformed http.head-incomplete",
      "response 101 to /chat (cut)",
      'end /chat up 0… "" down 0 ""',
      "switch 101",
      "switched gap server 100",
      "switched server \x81\x02hi",
    ]);
  });

  it("over the whole 101: frames of the server and the held ones of the client are not HTTP", () => {
    const { lines } = play([
      { c: UPGRADE },
      { gap: "s", bytes: 130 },
      { c: "\x81\x80abcd" },
      { s: "\x81\x02hi" },
      { c: "\x82\x80abcd" },
    ]);
    expect(lines).toEqual([
      "request GET /chat 1.1",
      "not-http client \x81\x80abcd",
      "not-http server \x81\x02hi",
      "not-http client \x82\x80abcd",
    ]);
  });

  it("between messages: the next sure start resumes, and patience ends", () => {
    const exchange: Step[] = [{ c: get("/a") }, { s: ok("a") }, { gap: "c", bytes: 100 }];
    expect(play([...exchange, { c: "ield: value\r\n\r\nrest" }, { c: get("/b") }]).lines.at(-1)).toBe(
      "request GET /b 1.1",
    );
    const binary = "\x81\x80abcd".repeat(4000);
    const steps = [...exchange, { c: binary }, { c: "\x81\x80wxyz" }];
    expect(play(steps).lines.at(-1)).toMatch(/^not-http client .*wxyz$/s);
  });
});

describe("bounds", () => {
  it("a head past its limit is given up, with what was read", () => {
    const { lines } = play([{ c: `GET /a HTTP/1.1\r\nX: ${"x".repeat(limits.httpHeadBytes)}` }, { c: get("/b") }]);
    expect(lines).toEqual(["malformed http.head-limit", "request GET /a 1.1 (cut)", "request GET /b 1.1"]);
  });

  it("held bytes past their limit are read as what they look like", () => {
    const frames = "\x82\x80abcd".repeat(limits.httpHeldBytes / 6 + 1);
    const { lines } = play([{ c: UPGRADE }, { c: frames }, { s: `${SWITCH}\x81\x00` }, { c: "after" }]);
    expect(lines.map((line) => line.slice(0, 22))).toEqual([
      "request GET /chat 1.1",
      "malformed http.held-li",
      "not-http client \x82\x80abcd",
      "response 101 to /chat",
      'end /chat up 0 "" down',
      "switch 101",
      "switched server \x81\x00",
      "switched client after",
    ]);
  });

  it("waiting requests past their limit are given up, oldest first", () => {
    const count = limits.httpWaitingRequests + 2;
    const { lines } = play([{ c: Array.from({ length: count }, (_, i) => get(`/${i}`)).join("") }]);
    expect(lines.filter((line) => line.startsWith("end"))).toEqual([
      'end /0 up 0 "" down 0… ""',
      'end /1 up 0 "" down 0… ""',
    ]);
  });

  it("preview is bounded, count is not", () => {
    const { exchanges } = play([{ c: get("/") }, { s: ok("x".repeat(5000)) }]);
    expect(exchanges[0]?.responseBody).toMatchObject({ bytes: 5000, complete: true });
    expect(exchanges[0]?.responseBody.preview.length).toBe(limits.httpBodyPreviewBytes);
  });
});

describe("marks", () => {
  it("name the packets of a head's first and last byte, and of the body's last", () => {
    const { exchanges } = play([
      { c: "GET / HT" },
      { c: "TP/1.1\r\n\r\n" },
      { s: "HTTP/1.1 200 OK\r\nContent-Le" },
      { s: "ngth: 2\r\n\r\na" },
      { s: "b" },
    ]);
    const [exchange] = exchanges;
    expect(exchange?.request).toMatchObject({ first: { packet: 1 }, last: { packet: 2 }, headBytes: 18 });
    expect(exchange?.response).toMatchObject({ first: { packet: 3 }, last: { packet: 4 }, headBytes: 38 });
    expect(exchange?.responseBody.last).toEqual({ packet: 5, timestampNs: 4000 });
  });
});
