import { describe, expect, test } from "vitest";
import { render } from "../../../src/i18n/render.ts";
import { judge } from "../../../src/rules/judging/judge.ts";
import type { ConnectionFacts } from "../../../src/store/types.ts";
import { connectionFacts, mark, tcp, UPGRADE_FIELDS, upgrade } from "../../support/facts-builder.ts";
import { unanswered } from "../../support/unanswered.ts";
import { several } from "../cases/case.ts";

const asking = (target: string, cookie: string | null) =>
  upgrade({ target, request: cookie === null ? UPGRADE_FIELDS : { ...UPGRADE_FIELDS, Cookie: cookie } });

const silent = (target = "/chat", cookie: string | null = null) => unanswered({ upgrade: asking(target, cookie) });

/** From another address, open until the capture ends. */
const came = (
  seconds: number,
  target = "/chat",
  cookie: string | null = null,
  address = "10.0.0.77",
): ConnectionFacts =>
  connectionFacts({
    client: { address, port: 40_000 },
    first: mark(seconds),
    upgrade: asking(target, cookie),
    tcp: tcp({ established: mark(seconds) }),
  });

const causesOf = (...all: ConnectionFacts[]) =>
  (judge(several(...all)).find(({ ruleId }) => ruleId === "tcp.path.blackhole")?.causes ?? []).map(
    ({ id, confidence }) => `${confidence} ${id}`,
  );

describe("a client that goes on from another address", () => {
  test("is known by its cookie, or by what its target names", () => {
    expect(causesOf(silent("/chat", "sid=1"), came(36, "/chat", "sid=1"))[0]).toBe("likely clientMoved");
    expect(causesOf(silent("/chat?device=7"), came(36, "/chat?device=7"))[0]).toBe("likely clientMoved");
  });

  test("may be it where nobody else is there", () => {
    expect(causesOf(silent(), came(36))).toContain("possible clientMoved");
    expect(causesOf(silent(), came(36), came(37, "/chat", null, "10.0.0.78")).join()).not.toContain("clientMoved");
  });

  test("is back before its old connection is even pinged, where only a heartbeat runs", () => {
    // Heard last at 4 s; what the server sends at 30 s gets no answer.
    const quiet = (target: string, heard: number, since = 30) => {
      const given = silent(target);
      const [client, server] = given.tcp.halves;
      const halves = [
        { ...client, lastData: mark(heard), lastPacket: mark(heard) },
        {
          ...server,
          lastAcknowledged: mark(heard),
          unacknowledged: server.unacknowledged && { ...server.unacknowledged, since: mark(since) },
        },
      ] as const;
      return { ...given, tcp: { ...given.tcp, halves } };
    };
    const named = "/chat?device=7";
    expect(causesOf(quiet(named, 4), came(10, named))[0]).toBe("likely clientMoved");
    expect(causesOf(quiet(named, 4, 34.5), came(10, named))).toEqual(
      expect.arrayContaining(["likely clientMoved", "possible stateForgotten"]),
    );
    expect(judge(several(quiet(named, 4, 34.5)))[0]?.variant).toBe("afterIdle");
    // It came while the old one was heard still.
    expect(causesOf(quiet(named, 12), came(10, named)).join()).not.toContain("clientMoved");
  });

  test("is not another user, nor one that was there before, nor one that comes much later", () => {
    const others = [
      [silent("/chat?device=7"), came(36, "/chat?device=8"), came(10, "/other", null, "10.0.0.79")],
      [silent("/chat", "sid=1"), came(20, "/chat", "sid=1")],
      [silent("/chat", "sid=1"), came(120, "/chat", "sid=1")],
      [silent("/chat", "sid=1"), came(36, "/other", "sid=1")],
    ];
    for (const all of others) expect(causesOf(...all).join()).not.toContain("clientMoved");
  });
});

test("of a capture whose place is not known, no end is said to be the other one", () => {
  const finding = judge(several(silent()))[0];
  expect(finding && render(finding, "en").detail).toContain("Captures at both ends");
});
