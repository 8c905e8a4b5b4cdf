import { expect, test } from "vitest";
import { judge } from "../../../src/rules/judging/judge.ts";
import type { ConnectionFacts } from "../../../src/store/types.ts";
import { abnormal, mark, reset } from "../../support/facts-builder.ts";
import { several } from "../cases/case.ts";

// A NAT forgets connections that are idle: the client's next words, are answered by an RST.

const forgotten = (last: number, idleSince: number, at = 40): ConnectionFacts =>
  abnormal("server", at, {
    client: { address: `10.0.0.${last}`, port: 50_000 + last },
    tcpFacts: {
      ending: "rst",
      resets: [reset({ at, answers: mark(at - 0.01) })],
      client: { fin: null, lastAcknowledged: mark(idleSince) },
      server: { fin: null, lastData: mark(idleSince - 1) },
    },
  });

const told = (...all: ConnectionFacts[]) =>
  judge(several(...all))
    .filter(({ ruleId }) => ruleId === "tcp.rst.after-idle")
    .map(({ connectionId, alsoConnections }) => [connectionId, ...alsoConnections].sort());

test("two clients that were forgotten after the same silence met one setting", () => {
  expect(told(forgotten(1, 5), forgotten(2, 6))).toEqual([[0, 1]]);
});

test("after quite another silence it is another one", () => {
  expect(told(forgotten(1, 5), forgotten(2, 6, 100))).toHaveLength(2);
});
