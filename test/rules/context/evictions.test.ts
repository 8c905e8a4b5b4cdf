import { describe, expect, test } from "vitest";
import { judge } from "../../../src/rules/judging/judge.ts";
import type { Analysis, ConnectionFacts } from "../../../src/store/types.ts";
import { closedByServer, droppedByServer, evictedNormally } from "../../support/evictions.ts";
import { several } from "../cases/case.ts";

const REASON = "duplicate device car7";

const closed = (opened: number, ended: number): ConnectionFacts => closedByServer(opened, ended, 4001, REASON);

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

  test("do so by a normal closure as well, which says nothing of it", () => {
    for (const code of [1000, null]) {
      const found = judge(evictedNormally(code));
      expect(found[0]).toMatchObject({ ruleId: "ws.close.code", variant: "evicted", severity: "warning" });
      expect(found[0]?.causes).toMatchObject([{ id: "evictEachOther", args: { code: code ?? 1005, count: 6 } }]);
    }
    expect(judge(evictedNormally(1000, { address: "10.0.0.1" }))).toEqual([]);
    expect(judge(evictedNormally(1000, { address: "10.0.0.1", reason: "replaced by a new connection" }))).toHaveLength(
      1,
    );
  });

  test("are not clients that renew their connection, or come one after the other for something else", () => {
    const variants = (analysis: Analysis) => judge(analysis).map(({ variant }) => variant);
    expect(variants(evictedNormally(1000, { everySeconds: 60 }))).not.toContain("evicted");
    expect(variants(evictedNormally(1000, { target: (index) => `/chat?job=${index}` }))).toEqual([]);
  });

  test("do so where the server drops the older one without a word", () => {
    const turns = (everySeconds: number, target = (_: number) => "/ws?id=car7") =>
      Array.from({ length: 7 }, (_, at) =>
        droppedByServer(at * everySeconds, (at + 1) * everySeconds + 0.02, target(at)),
      );
    const found = judge(several(...turns(2)));
    expect(found.map(({ ruleId, severity }) => `${severity} ${ruleId}`)).toEqual(["error ws.close.no-close-frame"]);
    expect(found[0]?.causes[0]).toMatchObject({ id: "evictEachOtherUnsaid", args: { count: 6 } });
    expect(causesOf(...turns(60))).not.toContain("evictEachOtherUnsaid");
    expect(causesOf(...turns(2, (at) => `/ws?id=car${at}`))).not.toContain("evictEachOtherUnsaid");
  });

  test("are told by words for them, also from one address", () => {
    for (const reason of ["duplicate id", "duplicate client id", "Session taken over"])
      expect(judge(evictedNormally(1000, { address: "10.0.0.1", reason }))).toHaveLength(1);
  });

  test("are not one client that comes back after each end", () => {
    expect(causesOf(...[0, 1, 2, 3, 4, 5].map((at) => closed(at, at + 0.9)))).not.toContain("evictEachOther");
  });
});
