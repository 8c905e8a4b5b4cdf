import { describe, expect, test } from "vitest";
import { packetNumber } from "../../../src/base/brand.ts";
import { closeFacts } from "../../../src/pipeline/facts/close-facts.ts";
import { close, mark, reset, tcp, webSocket } from "../../support/facts-builder.ts";

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

  test("once it is over: before that, its application has been told nothing", () => {
    const failing = webSocket({ closeFrames: [close(39.8, 1009), null] });
    const seen = (facts: Parameters<typeof tcp>[0]) => closeFacts("websocket", tcp(facts), failing, false).clientSees;
    const unfinished = { fin: null, finAcknowledged: null };
    expect(seen({ ending: "open", closedAt: null, client: unfinished, server: unfinished })).toBeNull();
    expect(seen(fins)).toMatchObject({ code: 1006, clean: false });
  });

  test.each([1002, 1007, 1009])("not an application that calls close(%i) itself: it waits for the answer", (code) => {
    expect(ended(close(39.9, code), close(39.8, code))).toMatchObject({
      clientSees: { code },
      serverSees: { code, clean: true },
      verdict: "clean",
    });
  });

  test.each([1002, 1007, 1009])("what came before the capture began may be why it closed with %i", (code) => {
    const facts = webSocket({ closeFrames: [close(39.8, code), close(39.9, code)], midstream: true });
    expect(closeFacts("websocket", tcp(fins), facts, false)).toMatchObject({ clientSees: null, serverSees: { code } });
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

// What ws 8, Python's websockets, nginx and Chromium logged when one of the ends was stopped, killed or had hung up.
describe("a Close that its receiver's program never read", () => {
  const byServer = { from: "server" as const, afterFin: true };

  test("an answer that meets a socket that had hung up", () => {
    const hungUp = {
      ...fins,
      server: { fin: mark(39.85) },
      resets: [reset({ ...byServer, at: 39.95, hasAck: false })],
    };
    expect(ended(close(39.9, 4200), close(39.8, 4200), hungUp)).toMatchObject({
      clientSees: { code: 4200 },
      serverSees: { code: 1006 },
      verdict: "abnormal",
    });
  });

  test("a tab that is closed is gone: its page is told nothing, and nothing is wrong", () => {
    const gone = { ...fins, client: { fin: mark(39.85) }, resets: [reset({ from: "client", at: 39.95 })] };
    expect(ended(close(39.8, 1001), close(39.9, 1001), gone)).toMatchObject({
      clientSees: null,
      serverSees: { code: 1001 },
      verdict: "clean",
    });
    // As the server's host sees it: the answer was on its way before the tab's FIN came, and met nobody.
    const met = { ...fins, client: { fin: mark(39.95) }, resets: [reset({ from: "client", at: 39.99 })] };
    expect(ended(close(39.8, 1001), { ...close(39.9, 1001), delivered: false }, met)).toMatchObject({
      clientSees: null,
      serverSees: { code: 1001 },
    });
  });

  test("an answer long after the one who asked has hung up may not have been read", () => {
    const gaveUp = { ...fins, server: { fin: mark(36) } };
    expect(ended(close(39.9, 1000), close(26, 1001), gaveUp)).toMatchObject({ serverSees: null, verdict: "abnormal" });
    const shutDown = { ...fins, server: { fin: mark(39.81) } };
    expect(ended(close(39.9, 1000), close(39.8, 1001), shutDown)).toMatchObject({ serverSees: { code: 1000 } });
  });

  test("a RST of who had asked", () => {
    const killed = (missedBytes: number | null) => ({
      ...fins,
      server: { fin: null },
      resets: [reset({ ...byServer, at: 39.95, missedBytes })],
    });
    expect(ended(close(39.9, 1011), close(39.8, 1011), killed(8)).serverSees).toBeNull();
    expect(ended(close(39.9, 1011), close(39.8, 1011), killed(null)).serverSees).toBeNull();
    // Acknowledged by its system, unread by its program: what hangs up behind the closing handshake sends a FIN.
    expect(ended(close(39.9, 1011), close(39.8, 1011), killed(0))).toMatchObject({
      serverSees: null,
      verdict: "abnormal",
    });
  });

  test("a RST, or data a second later, instead of an answer", () => {
    const reset4444 = { ...fins, server: { fin: null }, resets: [reset({ at: 39.95 })] };
    expect(ended(close(39.9, 4444), null, reset4444)).toMatchObject({ clientSees: { code: 1006 }, serverSees: null });
    const talksOn = webSocket({ closeFrames: [close(37, 1000), null], lastFrame: [mark(37), mark(39)] });
    expect(closeFacts("websocket", tcp(fins), talksOn, false).serverSees).toBeNull();
    const hungUp = webSocket({ closeFrames: [close(37, 1000), null], lastFrame: [mark(37), mark(37.1)] });
    expect(closeFacts("websocket", tcp(fins), hungUp, false).serverSees).toMatchObject({ code: 1000 });
  });
});

describe("a Close behind a frame that fails the connection", () => {
  const broken = (code: string, answer: ReturnType<typeof close> | null) =>
    closeFacts(
      "websocket",
      tcp(fins),
      webSocket({
        closeFrames: [answer, close(39.8, 1000)],
        events: [{ ...mark(39.8), code, from: "server", section: "", value: 0 }],
      }),
      false,
    );

  test.each(["masked-server", "reserved-opcode", "control-too-long", "unexpected-continuation"])("%s", (code) => {
    expect(broken(code, null)).toMatchObject({ clientSees: { code: 1006 } });
    expect(broken(code, close(39.9, 1002))).toMatchObject({ clientSees: { code: 1006 }, serverSees: { code: 1002 } });
    // Who repeats it has read it.
    expect(broken(code, close(39.9, 1000))).toMatchObject({ clientSees: { code: 1000 } });
  });
});

describe("a Close whose code must not be sent", () => {
  test("is what browsers report all the same: they echo it", () => {
    expect(ended(close(39.9, 999), close(39.8, 999))).toMatchObject({
      clientSees: { code: 999 },
      serverSees: { code: 999 },
    });
    expect(ended(close(39.9, 1002), close(39.8, 999))).toMatchObject({ clientSees: { code: 1006 } });
  });
});

test("Close 1009 right behind a message that was larger than all before it is the library's, not the application's", () => {
  const said = (seconds: number, bytes: number) =>
    closeFacts(
      "websocket",
      tcp(fins),
      webSocket({
        closeFrames: [close(39.9, 1009), close(39.8, 1009)],
        largestMessageBytes: [bytes, 10],
        largestMessage: [mark(seconds), mark(1)],
      }),
      false,
    ).serverSees?.code;
  expect(said(39.7, 5000)).toBe(1006);
  expect(said(30, 5000)).toBe(1009);
  expect(said(39.7, 100)).toBe(1009);
});

test("Close 1009 while a message has no end is for that message, however small those before it were", () => {
  const said = (began: number, bytes: number) =>
    closeFacts(
      "websocket",
      tcp(fins),
      webSocket({
        closeFrames: [close(39.9, 1009), close(39.8, 1009)],
        largestMessageBytes: [20, 10],
        unfinishedMessage: [{ ...mark(began), bytes }, null],
      }),
      false,
    ).serverSees?.code;
  expect(said(39.5, 130_980)).toBe(1006);
  expect(said(39.5, 100)).toBe(1009);
  expect(said(39.9, 130_980)).toBe(1009);
});

test("packets of the same moment are in the order of the capture", () => {
  const at = (packet: number, code: number) => ({ ...close(39.8, code), packet: packetNumber(packet) });
  expect(
    ended(at(12, 1009), at(11, 1009), { ...fins, server: { fin: { ...mark(39.8), packet: packetNumber(13) } } }),
  ).toMatchObject({
    serverSees: { code: 1009 },
  });
  expect(
    ended(at(13, 1009), at(11, 1009), { ...fins, server: { fin: { ...mark(39.8), packet: packetNumber(12) } } }),
  ).toMatchObject({
    serverSees: { code: 1006 },
  });
});

test("a fatal alert of TLS fails both ends, unless the closing handshake was over", () => {
  const seen = (broken: ReturnType<typeof mark>) =>
    closeFacts("websocket", tcp(), webSocket({ closeFrames: [close(39.8, 1000), close(39.9, 1000)] }), false, broken);
  expect(seen(mark(39.85))).toMatchObject({ clientSees: { code: 1006 }, serverSees: { code: 1006 } });
  expect(seen(mark(39.95))).toMatchObject({ clientSees: { code: 1000 }, serverSees: { code: 1000 } });
});

// What random endings of eleven libraries logged.
describe("a Close that TCP, or its receiver, did not take", () => {
  test("was not seen by who hung up without acknowledging it, and may still come to who did not", () => {
    const lost = { ...close(39.8, 1000), delivered: false };
    expect(ended(lost, close(39.7, 1000))).toMatchObject({ serverSees: { code: 1006 }, verdict: "abnormal" });
    const open = { ...fins, server: { fin: null } };
    expect(ended(lost, close(39.7, 1000), open)).toMatchObject({ serverSees: null });
    // The FIN that acknowledges it may be what the capture lacks.
    const unseen = { ...fins, server: { fin: mark(40), finIsUnseen: true } };
    expect(ended(lost, close(39.7, 1000), unseen)).toMatchObject({ serverSees: null });
  });

  test("a RST right behind it may be told first", () => {
    const withRst = (at: number) => ({
      client: { fin: null },
      server: { fin: null },
      closedAt: mark(at),
      resets: [reset({ at })],
    });
    expect(ended(null, close(39.8, 1001), withRst(39.801))).toMatchObject({ clientSees: null });
    expect(ended(null, close(39.8, 1001), withRst(39.9))).toMatchObject({ clientSees: { code: 1001 } });
  });

  test("1012 to 1014 are younger than some libraries: who answers them by 1002 says either", () => {
    expect(ended(close(39.9, 1002), close(39.8, 1012))).toMatchObject({ clientSees: null });
    expect(ended(close(39.9, 1012), close(39.8, 1012))).toMatchObject({ clientSees: { code: 1012 } });
  });

  test("who says 1002 in a second Close failed on the answer to its first one", () => {
    const again = { ...close(39.8, 999), laterCode: 1002 };
    expect(ended(close(39.9, 999), again)).toMatchObject({ serverSees: { code: 1006 } });
    // Its program knew nothing of the first Close, and echoes the 1002 that this brought about.
    expect(ended(close(39.9, 1002), { ...close(39.8, 1006), laterCode: 1002 })).toMatchObject({
      serverSees: { code: 1002 },
    });
    expect(ended(close(39.9, 1000), { ...close(39.8, 1000), laterCode: 1000 })).toMatchObject({
      serverSees: { code: 1000 },
    });
  });

  test("a program that stood still before it came has not read it", () => {
    const { heartbeat } = webSocket();
    const frozen = webSocket({
      closeFrames: [close(39.8, 1011), null],
      heartbeat: [{ ...heartbeat[0], pings: 3, missing: 2 }, heartbeat[1]],
    });
    const open = tcp({ ...fins, server: { fin: null } });
    expect(closeFacts("websocket", open, frozen, false)).toMatchObject({ serverSees: null });
  });

  test("a forged RST ends nothing for the host whose name it bears", () => {
    const forged = (likelyInjected: boolean) => ({
      ending: "rst" as const,
      client: { fin: null },
      server: { fin: null },
      resets: [reset({ at: 39.9, likelyInjected })],
    });
    expect(ended(null, null, forged(true))).toMatchObject({ clientSees: { code: 1006 }, serverSees: null });
    expect(ended(null, null, forged(false))).toMatchObject({ clientSees: { code: 1006 }, serverSees: { code: 1006 } });
  });
});

describe("an RST into a path on which nothing is answered any more", () => {
  const given = (client: object, more: object = {}) =>
    ended(null, null, {
      ending: "rst",
      resets: [reset({ from: "client", ...more })],
      client: { fin: null, ...client },
      server: { fin: null },
    });

  test("ends the connection of who sent it; of the other end nothing is known", () => {
    const unknown = { clientSees: { code: 1006 }, serverSees: null, verdict: "abnormal" };
    expect(given({ keepAlivesUnanswered: 4 })).toMatchObject(unknown);
    const unacknowledged = { bytes: 50, since: mark(20), retransmissions: 5, last: mark(38), fullSize: false };
    expect(given({ unacknowledged })).toMatchObject(unknown);
  });

  test("but one that answers the other end has a path back, and so has one after a single probe", () => {
    const both = { clientSees: { code: 1006 }, serverSees: { code: 1006 } };
    expect(given({ keepAlivesUnanswered: 4 }, { answers: mark(39.9) })).toMatchObject(both);
    expect(given({ keepAlivesUnanswered: 1 })).toMatchObject(both);
  });
});

describe("what the other side said may be in bytes that never came", () => {
  const seen = (server: object, client: object = {}, more: object = {}) =>
    ended(null, null, {
      firstCloser: "client",
      client: { ...fins.client, ...client },
      server: {
        fin: mark(40.001),
        streamBytes: 900,
        acknowledgedBytes: 900,
        missingBytes: 60,
        neverCame: { bytes: 60, since: mark(39.999), isLost: false },
        ...server,
      },
      ...more,
    }).clientSees;

  test("who hung up before they reached it was not told of a Close", () => {
    expect(seen({})).toMatchObject({ code: 1006, clean: false });
  });
  test("but of one who had got them, who hung up second, or whose own end is not here, nothing is known", () => {
    expect(seen({ acknowledgedBytes: 960 })).toBeNull();
    expect(seen({ notCapturedBytes: 60 })).toBeNull();
    expect(seen({}, {}, { firstCloser: "server" })).toBeNull();
    expect(seen({}, { finIsUnseen: true })).toBeNull();
  });
});
