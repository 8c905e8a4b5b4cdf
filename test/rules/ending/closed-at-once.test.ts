import { expect, test } from "vitest";
import { judge } from "../../../src/rules/judging/judge.ts";
import type { ConnectionFacts } from "../../../src/store/types.ts";
import { connectionFacts, mark, reset, tcp, upgrade, webSocket } from "../../support/facts-builder.ts";
import { several } from "../cases/case.ts";

// Played with NestJS and ws: client.terminate() in handleConnection, and a client that speaks as soon as it may.

/** The server ends it 2 ms after the 101; `spoke`: what the client said had come by then, and an RST says that it was not read. */
const dropped = (at: number, spoke: boolean): ConnectionFacts => {
  const [asked, ended] = [mark(at + 0.001), mark(at + 0.002)];
  return connectionFacts({
    first: mark(at - 0.01),
    last: ended,
    upgrade: upgrade({ requestAt: at - 0.005, responseAt: at }),
    tcp: tcp({
      ending: spoke ? "rst" : "fin",
      firstCloser: "server",
      closedAt: ended,
      resets: spoke ? [reset({ at: at + 0.002 })] : [],
    }),
    webSocket: webSocket({
      openedAt: mark(at),
      firstFrame: [spoke ? asked : null, null],
      lastFrame: [spoke ? asked : null, null],
      lastMessage: [spoke ? asked : null, null],
      messages: [
        { text: spoke ? 1 : 0, binary: 0, bytes: spoke ? 9 : 0 },
        { text: 0, binary: 0, bytes: 0 },
      ],
      closeFrames: [null, null],
    }),
  });
};

const told = (...all: ConnectionFacts[]) =>
  judge(several(...all))
    .filter(({ severity }) => severity === "error")
    .map(({ variant, causes }) => `${variant} ${causes[0]?.id}`);

test("who is closed at once, be it before or after a first message, meets the same check", () => {
  expect(told(dropped(1, false), dropped(3, true), dropped(5, false), dropped(7, true))).toEqual(["fin handlerThrew"]);
});

test("where each had said something that may be what the server failed on", () => {
  expect(told(dropped(1, true), dropped(3, true))).toEqual(["rst failedOnMessage"]);
  expect(told(dropped(1, false), dropped(90, true))).toEqual(["fin handlerThrew", "rst failedOnMessage"]);
});
