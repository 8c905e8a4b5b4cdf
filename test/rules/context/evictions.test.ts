import { describe, expect, test } from "vitest";
import { judge } from "../../../src/rules/judging/judge.ts";
import type { ConnectionFacts } from "../../../src/store/types.ts";
import { close, connectionFacts, mark, upgrade, webSocket } from "../../support/facts-builder.ts";
import { several } from "../cases/case.ts";

const REASON = "duplicate device car7";

/** Opened and closed by the server at these seconds. */
const closed = (opened: number, ended: number, reason = REASON): ConnectionFacts =>
  connectionFacts({
    first: mark(opened),
    last: mark(ended + 0.1),
    upgrade: upgrade({ requestAt: opened, responseAt: opened }),
    webSocket: webSocket({
      openedAt: mark(opened),
      closeFrames: [close(ended + 0.05, 4001, reason), close(ended, 4001, reason)],
    }),
  });

const causesOf = (...all: ConnectionFacts[]) => judge(several(...all))[0]?.causes.map(({ id }) => id);

/** Each lives until the next but `lateMs` after its opening. */
const fight = (turns: number, lateMs: number, everyMs = 400) =>
  Array.from({ length: turns + 1 }, (_, at) =>
    closed((at * everyMs) / 1000, ((at + 1) * everyMs + lateMs) / 1000 + (at === turns ? 9 : 0)),
  );

describe("two clients of one account that reconnect at once", () => {
  test("throw each other out, again and again", () => {
    const found = judge(several(...fight(5, 20)))[0];
    expect(found?.causes[0]).toMatchObject({ id: "evictEachOther", args: { code: 4001, count: 5 } });
    expect(found?.alsoConnections.length).toBe(5);
  });

  test("are not told from three turns, which may be chance", () => {
    expect(causesOf(...fight(3, 20))).not.toContain("evictEachOther");
  });

  test("are not what a server does that refuses each some time after it opened", () => {
    const lives = (start: number) => [0, 1, 2, 3, 4].map((at) => closed(start + at * 0.5, start + at * 0.5 + 0.4));
    expect(causesOf(...lives(0), ...lives(0.2))).not.toContain("evictEachOther");
    expect(causesOf(...lives(0), ...lives(0.3))).not.toContain("evictEachOther");
  });

  test("are not one client that comes back after each end", () => {
    expect(causesOf(...[0, 1, 2, 3, 4, 5].map((at) => closed(at, at + 0.9)))).not.toContain("evictEachOther");
  });
});
