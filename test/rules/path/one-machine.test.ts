import { expect, test } from "vitest";
import { judge } from "../../../src/rules/judging/judge.ts";
import type { ConnectionFacts } from "../../../src/store/types.ts";
import { connectionFacts, mark } from "../../support/facts-builder.ts";
import { several } from "../cases/case.ts";
import { dialledInVain, silentSince } from "../cases/opening.ts";

const LOCAL = "127.0.0.1";

/** The same on one machine, where a proxy stands before its backend. */
const local = (connection: ConnectionFacts, port: number): ConnectionFacts => ({
  ...connection,
  client: { ...connection.client, address: LOCAL },
  server: { address: LOCAL, port },
});

const dialTold = (...all: ConnectionFacts[]): string | undefined =>
  judge(several(...all)).find(({ ruleId }) => ruleId === "tcp.open.unanswered")?.variant;

test("a rule for one port of the machine cuts the open connection and the next dials, whoever gets in elsewhere there", () => {
  const atProxy = local(connectionFacts({ first: mark(32) }), 8000);
  const open = local(silentSince(30), 8080);
  expect(dialTold(open, atProxy, local(dialledInVain(33), 8080))).toBe("pathDead");
  // Who is let in shows that the port is open again.
  expect(dialTold(open, local(connectionFacts({ first: mark(32) }), 8080), local(dialledInVain(33), 8080))).not.toBe(
    "pathDead",
  );
  // Between two hosts it shows that the path is.
  expect(dialTold(silentSince(30), connectionFacts({ first: mark(32) }), dialledInVain(33))).not.toBe("pathDead");
});
