import { expect, test } from "vitest";
import { judge } from "../../../src/rules/judging/judge.ts";
import type { ConnectionFacts } from "../../../src/store/types.ts";
import { connectionFacts, mark, tcp, upgrade } from "../../support/facts-builder.ts";
import { several } from "../cases/case.ts";

/** Its client asked at `asked` s and left 5 s later; the 101 came at `answered` s. */
const late = (asked: number, answered: number): ConnectionFacts =>
  connectionFacts({
    first: mark(asked),
    last: mark(answered + 0.001),
    upgrade: upgrade({ requestAt: asked, responseAt: answered }),
    tcp: tcp({ firstCloser: "client", closedAt: mark(asked + 5) }),
    close: { verdict: "abnormal", clientSees: null, serverSees: null },
  });

const causes = (...all: ConnectionFacts[]) =>
  judge(several(...all)).find(({ ruleId }) => ruleId === "http.upgrade.unanswered")?.causes[0];

test("requests of different times that are answered in one moment had a server that stood still", () => {
  expect(causes(late(0, 20), late(7, 20.01))).toMatchObject({ id: "serverStoodStill", args: { count: 2 } });
});

test("a slow check answers each by itself", () => {
  expect(causes(late(0, 13), late(7, 20))?.id).not.toBe("serverStoodStill");
  expect(causes(late(0, 20), late(0.2, 20.01))?.id).not.toBe("serverStoodStill");
});
