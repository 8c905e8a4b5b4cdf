import { expect, test } from "vitest";
import { judge } from "../../src/rules/judging/judge.ts";
import type { WebSocketEventFacts } from "../../src/store/websocket-types.ts";
import { abnormal, mark, reset } from "../support/facts-builder.ts";
import { one } from "./cases/case.ts";

// Played with a NAT that forgot the connection at 20 s: what the client sent at 30 s reached nobody.

const badText = (seconds: number): WebSocketEventFacts => ({
  ...mark(seconds),
  code: "invalid-utf8",
  from: "client",
  section: "RFC 6455 §8.1",
  value: 0,
});

const told = (times: readonly number[], retransmissions: number, tcpFacts = {}) =>
  judge(
    one(
      abnormal("client", 58, {
        tcpFacts: {
          ending: "silent",
          firstCloser: null,
          closedAt: null,
          client: {
            lastData: mark(30),
            unacknowledged: { bytes: 10, since: mark(30), retransmissions, last: mark(57), fullSize: false },
          },
          server: { lastData: mark(20), lastPacket: mark(20) },
          ...tcpFacts,
        },
        webSocketFacts: {
          lastFrame: [mark(30), mark(20)],
          events: times.map(badText),
          eventCounts: { "invalid-utf8": times.length },
        },
      }),
    ),
  );

const violation = (...given: Parameters<typeof told>) =>
  told(...given).find(({ ruleId }) => ruleId === "ws.text.invalid-utf8");

test("a violation that nobody received is a note beside the dead path", () => {
  expect(violation([30], 6)).toMatchObject({ severity: "note", followsFrom: null, args: { peerDid: "neverGotIt" } });
  expect(told([30], 6)[0]).toMatchObject({ ruleId: "tcp.path.blackhole", severity: "error", followsFrom: null });
});

test("one that had been received before, or was only just sent, or met an RST is told as before", () => {
  expect(violation([10, 30], 6)?.args["peerDid"]).not.toBe("neverGotIt");
  expect(violation([30], 0)?.args["peerDid"]).not.toBe("neverGotIt");
  // Whose answers the capture does not hold may have acknowledged it.
  expect(violation([30], 6, { oneWay: true })?.args["peerDid"]).not.toBe("neverGotIt");
  const answered = { resets: [reset({ at: 30.1 })], ending: "rst", firstCloser: "server", closedAt: mark(30.1) };
  expect(violation([30], 6, answered)?.args["peerDid"]).toBe("closedWithRst");
});
