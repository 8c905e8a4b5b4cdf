import { describe, expect, test } from "vitest";
import { judge } from "../../../src/rules/judging/judge.ts";
import type { ConnectionFacts } from "../../../src/store/types.ts";
import { close, connectionFacts, mark, tcp, webSocket } from "../../support/facts-builder.ts";
import { one } from "../cases/case.ts";

/** A capture that begins at 39 s, and holds one Close: the server's. */
const begunLate = (more: Parameters<typeof webSocket>[0] = {}, overrides: Partial<ConnectionFacts> = {}) =>
  one(
    connectionFacts({
      first: mark(39),
      upgrade: null,
      exchanges: [],
      tcp: tcp({ opening: "not-captured", firstCloser: "server", closedAt: mark(40), ending: "fin" }),
      webSocket: webSocket({
        by: "shape",
        midstream: true,
        firstFrame: [null, mark(39.9)],
        lastFrame: [null, mark(39.9)],
        closeFrames: [null, close(39.9, 1011)],
        ...more,
      }),
      ...overrides,
    }),
  );

const told = (analysis: Parameters<typeof judge>[0]): string[] =>
  judge(analysis)
    .filter(({ ruleId }) => ruleId.startsWith("ws.close."))
    .map(({ ruleId, variant }) => `${ruleId} ${variant}`);

describe("a capture that begins inside the closing handshake", () => {
  test("whether its only Close began or answered is not known, and that nothing answers it is no fault", () => {
    expect(told(begunLate())).toEqual(["ws.close.code oneSide"]);
  });

  test("the other side still speaks in it: it had not closed before", () => {
    expect(told(begunLate({ firstFrame: [mark(39.5), mark(39.9)] }))).toContain("ws.close.code internal");
  });

  test("long after its beginning: no answer takes so long", () => {
    expect(told(begunLate({}, { first: mark(30) }))).toContain("ws.close.code internal");
  });
});
