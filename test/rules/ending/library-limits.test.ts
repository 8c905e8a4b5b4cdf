import { describe, expect, test } from "vitest";
import { judge } from "../../../src/rules/judging/judge.ts";
import type { RuleId } from "../../../src/rules/types.ts";
import type { ConnectionFacts } from "../../../src/store/types.ts";
import {
  abnormal,
  close,
  connectionFacts,
  mark,
  reset,
  tcp,
  UPGRADE_FIELDS,
  upgrade,
  webSocket,
} from "../../support/facts-builder.ts";
import { one } from "../cases/case.ts";

// The limits are those of the libraries' documentation.

const causeOf = (ruleId: RuleId, connection: ConnectionFacts) =>
  judge(one(connection)).find((finding) => finding.ruleId === ruleId)?.causes[0];

const SWITCHING = { Upgrade: "websocket", Connection: "Upgrade" };

describe("1009 of a library that names itself", () => {
  const refused = (from: 0 | 1, reason: string, more: Partial<ConnectionFacts>) => {
    const begun = { ...mark(9.99), bytes: 1_500_000 };
    return connectionFacts({
      webSocket: webSocket({
        closeFrames: from === 0 ? [null, close(10, 1009, reason)] : [close(10, 1009, reason), null],
        unfinishedMessage: from === 0 ? [begun, null] : [null, begun],
      }),
      ...more,
    });
  };
  const byServer = (name: string, reason = "") =>
    causeOf(
      "ws.message.too-big",
      refused(0, reason, { upgrade: upgrade({ response: { ...SWITCHING, Server: name } }) }),
    );

  test.each([
    ["TornadoServer/6.2", "websocket_max_message_size", 10 * 1024 * 1024],
    ["Python/3.11 aiohttp/3.8.4", "max_msg_size", 4 * 1024 * 1024],
  ])("%s", (name, setting, limit) => {
    expect(byServer(name)).toMatchObject({ confidence: "certain", id: "libraryLimit", args: { setting, limit } });
  });

  test("by the reason of its Close", () => {
    expect(byServer("", "read limited at 32769 bytes")?.args).toMatchObject({ setting: "SetReadLimit", limit: 32_768 });
  });

  test("a client, by its User-Agent", () => {
    const asked = upgrade({ request: { ...UPGRADE_FIELDS, "User-Agent": "Python/3.11 websockets/10.4" } });
    expect(causeOf("ws.message.too-big", refused(1, "", { upgrade: asked }))?.args).toMatchObject({ limit: 1_048_576 });
  });

  test("any other is told the list", () => {
    expect(byServer("nginx")?.id).toBe("messageLimit");
  });
});

describe("an RST right behind the largest message", () => {
  const cut = (bytes: number, name: Readonly<Record<string, string>>) =>
    abnormal("server", 40, {
      tcpFacts: { ending: "rst", resets: [reset({ from: "server", at: 40 })] },
      webSocketFacts: {
        messages: [
          { text: 1, binary: 0, bytes },
          { text: 0, binary: 0, bytes: 0 },
        ],
        lastFrame: [mark(39.999), null],
        lastMessage: [mark(39.999), null],
        largestMessage: [mark(39.999), null],
        largestMessageBytes: [bytes, 0],
      },
      upgrade: upgrade({ response: { ...SWITCHING, ...name } }),
    });

  test("over its library's limit is that limit", () => {
    expect(causeOf("tcp.rst", cut(20_000, { uWebSockets: "20" }))).toMatchObject({
      confidence: "likely",
      id: "libraryLimit",
      args: { limit: 16_384 },
    });
  });

  test("within it, or of an unknown library, is not", () => {
    expect(causeOf("tcp.rst", cut(10_000, { uWebSockets: "20" }))?.id).toBe("failedOnMessage");
    expect(causeOf("tcp.rst", cut(20_000, {}))?.id).toBe("failedOnMessage");
  });
});

test("who closed with 1009 on a message that never ended need not have done it by itself", () => {
  const facts = connectionFacts({
    webSocket: webSocket({
      frames: [webSocket().frames[1], webSocket().frames[1]].map((frames) => ({
        ...frames,
        text: 0,
        binary: 0,
        continuation: 0,
        ping: 0,
        pong: 0,
        reserved: 0,
      })) as unknown as ReturnType<typeof webSocket>["frames"],
      closeFrames: [null, close(10, 1009)],
      unfinishedMessage: [{ ...mark(9.99), bytes: 200_000 }, null],
    }),
  });
  expect(judge(one(facts)).find(({ ruleId }) => ruleId === "ws.close.code")?.variant).toBe("tooBig");
});

test("1009 in a capture that stops before the connection ends may be an application's own", () => {
  const refused = (ending: "fin" | "open") =>
    connectionFacts({
      webSocket: webSocket({ closeFrames: [null, close(10, 1009)], largestMessageBytes: [192, 100] }),
      tcp: tcp({ ending, ...(ending === "open" && { closedAt: null, firstCloser: null }) }),
    });
  expect(causeOf("ws.message.too-big", refused("fin"))?.confidence).toBe("certain");
  expect(causeOf("ws.message.too-big", refused("open"))?.confidence).toBe("possible");
});
