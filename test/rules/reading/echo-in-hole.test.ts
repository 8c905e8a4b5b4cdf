import { describe, expect, test } from "vitest";
import { judge } from "../../../src/rules/judging/judge.ts";
import { close, connectionFacts, mark, tcp, webSocket } from "../../support/facts-builder.ts";
import { one } from "../cases/case.ts";

/** The client repeats the code of a Close that the capture may lack: the server's last bytes before its FIN are missing. */
const echoed = (
  code: number,
  missing: number,
  serverSees: { code: number; reason: string; clean: boolean } | null,
  largestMessageBytes: [client: number, server: number] = [50_000, 102],
) =>
  one(
    connectionFacts({
      tcp: tcp({
        firstCloser: "server",
        closedAt: mark(40),
        ending: "fin",
        server: { missingBytes: missing, notCapturedBytes: missing, fin: mark(40) },
      }),
      webSocket: webSocket({
        largestMessageBytes,
        largestMessage: [mark(39), mark(38)],
        lastFrame: [mark(39.95), mark(39.5)],
        lostTrack: [null, missing > 0 ? mark(39.9) : null],
        closeFrames: [close(39.95, code), null],
      }),
      close: { verdict: "abnormal", clientSees: null, serverSees },
    }),
  );

const told = (analysis: Parameters<typeof judge>[0]) =>
  judge(analysis)
    .filter(({ ruleId }) => ruleId === "ws.message.too-big" || ruleId === "ws.close.code")
    .map(({ ruleId, variant, causes }) => [`${ruleId} ${variant}`, causes[0]?.id, causes[0]?.args["from"]]);

describe("the only Close of a capture that may repeat another one", () => {
  test("1009 blames nobody's message: the larger one may be what was refused", () => {
    expect(told(echoed(1009, 4, null))).toEqual([["ws.close.code oneSide", "messageLimit", "client"]]);
  });

  test("1009 is the peer's refusal where nothing else was anywhere near as large", () => {
    expect(told(echoed(1009, 4, null, [102, 50_000]))[0]).toEqual([
      "ws.message.too-big refused",
      "messageLimit",
      "server",
    ]);
    expect(told(echoed(1009, 4, null, [8000, 50_000]))[0]?.[0]).toBe("ws.close.code oneSide");
    expect(told(echoed(1009, 4, null, [10, 9000]))[0]?.[0]).toBe("ws.close.code oneSide");
  });

  test("1002 and 1007 blame no side either, nor the program that sends them", () => {
    const seen = (code: number) => ({ code, reason: "", clean: true });
    expect(told(echoed(1002, 4, seen(1002)))).toEqual([["ws.close.code oneSide", "transformingProxy", undefined]]);
    expect(told(echoed(1007, 4, seen(1007)))).toEqual([["ws.close.code oneSide", "badPayload", undefined]]);
  });

  test("where the server's end was read, the client's Close is its own", () => {
    expect(told(echoed(1009, 0, null))[0]).toEqual(["ws.message.too-big refused", "messageLimit", "server"]);
  });
});
