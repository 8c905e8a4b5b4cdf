import { expect, test } from "vitest";
import { judge } from "../../../src/rules/judging/judge.ts";
import type { ConnectionFacts } from "../../../src/store/types.ts";
import { connectionFacts, half, mark, tcp, webSocket } from "../../support/facts-builder.ts";
import { several } from "../cases/case.ts";
import { rejectedAt } from "../cases/opening.ts";

const open = connectionFacts();

/** What the client sends since 30 s is rejected by this address. */
const rejectedFrom = (sender: string): ConnectionFacts =>
  connectionFacts({
    webSocket: webSocket({ closeFrames: [null, null] }),
    tcp: tcp({
      ending: "silent",
      firstCloser: null,
      closedAt: null,
      icmpErrors: [{ ...mark(30.1), sender, ipVersion: 4, type: 3, code: 3, mtuBytes: 0, about: "client" }],
      client: {
        fin: null,
        unacknowledged: { bytes: 50, since: mark(30), retransmissions: 6, last: mark(50), fullSize: false },
      },
      server: half({ fin: null, lastData: mark(29), lastPacket: mark(29) }),
    }),
    close: { verdict: "open", clientSees: null, serverSees: null },
  });

const errors = (sender: string): string[] =>
  judge(several(rejectedFrom(sender), rejectedAt(45)))
    .filter(({ severity }) => severity === "error")
    .map(({ ruleId }) => ruleId);

test("who rejects the open connection and the next one in the same words is one rule", () => {
  expect(errors(open.server.address)).toEqual(["tcp.path.blackhole"]);
});

test("two devices that reject are two", () => {
  expect(errors("10.0.0.254")).toEqual(["tcp.path.blackhole", "tcp.open.icmp"]);
});
