import { expect, test } from "vitest";
import { judge } from "../../../src/rules/judging/judge.ts";
import type { ConnectionFacts } from "../../../src/store/types.ts";
import { connectionFacts, mark, tcp, webSocket } from "../../support/facts-builder.ts";
import { cases } from "../cases/all.ts";
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

test("a large segment that is lost though others of that size had arrived shows a dead path to those who dial meanwhile", () => {
  const { connections } = cases["tcp.path.blackhole"].fires.allLost;
  const dialled = (largestArrived: boolean) => {
    const [cut, ...others] = connections as [ConnectionFacts, ...ConnectionFacts[]];
    const [client, server] = cut.tcp.halves;
    const unacknowledged = server.unacknowledged && { ...server.unacknowledged, fullSize: true };
    const lost = { ...server, largestArrived, unacknowledged };
    const first: ConnectionFacts = { ...cut, tcp: { ...cut.tcp, halves: [client, lost] } };
    return judge(several(first, ...others)).find(({ ruleId }) => ruleId === "tcp.open.unanswered")?.severity;
  };
  expect(dialled(true)).toBe("note");
  expect(dialled(false)).toBe("error");
});
