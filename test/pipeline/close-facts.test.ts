import { describe, expect, test } from "vitest";
import { closeFacts } from "../../src/pipeline/close-facts.ts";
import { close, mark, tcp, webSocket } from "../support/facts-builder.ts";

const fins = {
  client: { fin: mark(40), finAcknowledged: mark(40) },
  server: { fin: mark(40), finAcknowledged: mark(40) },
};
const ended = (client: ReturnType<typeof close> | null, server: ReturnType<typeof close> | null, more = {}) =>
  closeFacts("websocket", tcp({ ...fins, ...more }), webSocket({ closeFrames: [client, server] }), false);

// What ws 8, Python's websockets and aiohttp said in real runs.
describe("who fails the connection says 1006 to its own application", () => {
  test.each([1002, 1007, 1009])("Close %i first, FIN behind it, and an answer to it", (code) => {
    const atOnce = { ...fins, server: { fin: mark(39.8), finAcknowledged: mark(39.9) } };
    expect(ended(close(39.9, code), close(39.8, code), atOnce)).toMatchObject({
      clientSees: { code },
      serverSees: { code: 1006, clean: false },
      verdict: "abnormal",
    });
  });

  test("Close 1009 for a large message, and no FIN before the answer", () => {
    const { closeFrames } = webSocket({ closeFrames: [close(39.9, 1009), close(39.8, 1009)] });
    const large = webSocket({ closeFrames, largestMessageBytes: [2_000_000, 100] });
    expect(closeFacts("websocket", tcp(fins), large, false)).toMatchObject({ serverSees: { code: 1006 } });
  });

  test.each([1002, 1007, 1009])("not an application that calls close(%i) itself: it waits for the answer", (code) => {
    expect(ended(close(39.9, code), close(39.8, code))).toMatchObject({
      clientSees: { code },
      serverSees: { code, clean: true },
      verdict: "clean",
    });
  });

  test("Python websockets, whose pong stayed out: it reads no answer any more", () => {
    const words = "keepalive ping timeout";
    expect(ended(close(39.8, 1011, words), close(39.9, 1011, words))).toMatchObject({
      clientSees: { code: 1006, clean: false },
      serverSees: { code: 1011, reason: words },
      verdict: "abnormal",
    });
  });

  test("not who merely answers it, and not for other codes", () => {
    expect(ended(close(39.8, 1011), close(39.9, 1011))).toMatchObject({
      clientSees: { code: 1011 },
      serverSees: { code: 1011 },
      verdict: "clean",
    });
  });
});

describe("a Close that breaks the rules itself", () => {
  const offending = (code: "close-malformed" | "unmasked-client") => [
    { ...mark(39.8), code, from: "client" as const, section: "", value: 1 },
  ];
  const answered = (
    code: "close-malformed" | "unmasked-client",
    sent: number | null,
    answer: ReturnType<typeof close> | null,
  ) =>
    closeFacts(
      "websocket",
      tcp(fins),
      webSocket({ closeFrames: [close(39.8, sent), answer], events: offending(code) }),
      false,
    );

  test.each([
    ["half a code", "close-malformed", null, 1002],
    ["a reason that is no UTF-8", "close-malformed", 1000, 1007],
    ["no mask", "unmasked-client", 1000, 1002],
  ] as const)("%s: refused with another code, it is no Close to who got it", (_what, code, sent, answer) => {
    expect(answered(code, sent, close(39.9, answer))).toMatchObject({
      clientSees: { code: answer },
      serverSees: { code: 1006, clean: false },
      verdict: "abnormal",
    });
  });

  test("echoed by a peer that does not look closely, it counts", () => {
    expect(answered("close-malformed", 1000, close(39.9, 1000))).toMatchObject({
      clientSees: { code: 1000 },
      serverSees: { code: 1000, clean: true },
      verdict: "clean",
    });
  });

  test("not answered at all: whoever got it hung up as on any failure", () => {
    expect(answered("close-malformed", 1000, null)).toMatchObject({ serverSees: { code: 1006 } });
  });
});

describe("one direction only", () => {
  const onlyServer = { oneWay: true, firstCloser: null, client: { packets: 0 }, server: { fin: mark(40) } };

  test("what arrived decides what the other side saw", () => {
    expect(ended(null, null, onlyServer)).toMatchObject({ clientSees: { code: 1006 }, serverSees: null });
    expect(ended(null, close(39.9, 1011), onlyServer)).toMatchObject({
      clientSees: { code: 1011 },
      serverSees: null,
      verdict: "clean",
    });
  });
});

describe("frames that the capture missed at the end", () => {
  const open = { ending: "open", firstCloser: null, closedAt: null, server: { fin: null } } as const;
  const missed = (server: ReturnType<typeof close> | null) =>
    closeFacts(
      "websocket",
      tcp({ ...fins, client: { ...fins.client, notCapturedBytes: 90_000, missingBytes: 90_000 } }),
      webSocket({ closeFrames: [null, server], lastFrame: [mark(38), mark(39.9)], lostTrack: [mark(39), null] }),
      false,
    );

  test("the Close that was read was answered, or was an answer; what the other end saw is not known", () => {
    expect(missed(close(39.9, 4001))).toEqual({
      verdict: "clean",
      clientSees: expect.objectContaining({ code: 4001, clean: true }),
      serverSees: null,
    });
  });

  test("nothing is known of a Close that is not known to have arrived", () => {
    expect(
      closeFacts(
        "websocket",
        tcp({ ...open, client: { fin: null, notCapturedBytes: 9, missingBytes: 9 } }),
        webSocket({
          closeFrames: [null, { ...close(39.9, 4001), delivered: false }],
          lastFrame: [mark(38), mark(39.9)],
          lostTrack: [mark(39), null],
        }),
        false,
      ),
    ).toEqual({ verdict: "open", clientSees: null, serverSees: null });
  });

  test("without any Close, who sent what was read is all that is known", () => {
    expect(missed(null)).toMatchObject({ clientSees: { code: 1006 }, serverSees: null });
  });
});
