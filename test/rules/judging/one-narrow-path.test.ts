import { expect, test } from "vitest";
import { judge } from "../../../src/rules/judging/judge.ts";
import { connectionFacts, mark, tcp, webSocket } from "../../support/facts-builder.ts";
import { several } from "../cases/case.ts";

/** Full-size segments of this side are sent again and again, and never acknowledged. */
const narrow = (at: number, direction: 0 | 1) => {
  const half = {
    largestSegmentBytes: 1448,
    dataSegments: 9,
    fin: null,
    unacknowledged: { bytes: 1448, since: mark(at), retransmissions: 8, last: mark(at + 20), fullSize: true },
  };
  return connectionFacts({
    first: mark(at - 5),
    last: mark(at + 20),
    tcp: tcp({
      ending: "open",
      firstCloser: null,
      closedAt: null,
      client: direction === 0 ? half : { fin: null },
      server: direction === 1 ? half : { fin: null },
    }),
    webSocket: webSocket({ openedAt: mark(at - 4), closeFrames: [null, null] }),
    close: { verdict: "open", clientSees: null, serverSees: null },
  });
};

test("large packets that are lost both ways between two hosts are one error", () => {
  const found = judge(several(narrow(10, 0), narrow(40, 1))).filter(({ ruleId }) => ruleId === "tcp.path.blackhole");
  expect(found.map(({ severity, followsFrom }) => [severity, followsFrom])).toEqual([
    ["error", null],
    ["note", "tcp.path.blackhole"],
  ]);
});
