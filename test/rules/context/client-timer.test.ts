import { expect, test } from "vitest";
import { connectionId } from "../../../src/base/brand.ts";
import { judge } from "../../../src/rules/judging/judge.ts";
import type { RuleId } from "../../../src/rules/types.ts";
import type { ConnectionFacts } from "../../../src/store/types.ts";
import { abnormal, analysisOf, close, mark, reset, sealedConnection } from "../../support/facts-builder.ts";
import { several } from "../cases/case.ts";

// A watchdog in the client: it ends one connection after the other after the same time.

interface Lived {
  readonly from: number;
  readonly to: number;
  /** The server's last message. */
  readonly heard?: number;
  readonly byReset?: boolean;
  readonly closedByServer?: boolean;
}

const lived = (all: readonly Lived[]): ConnectionFacts[] =>
  all.map(({ from, to, heard = to - 0.7, byReset = false, closedByServer = false }, index) => ({
    ...abnormal("client", to, {
      first: mark(from),
      tcpFacts: byReset ? { ending: "rst", resets: [reset({ at: to, from: "client" })] } : {},
      webSocketFacts: {
        openedAt: mark(from),
        lastFrame: [mark(from + 0.1), mark(heard)],
        lastMessage: [mark(from + 0.1), mark(heard)],
        closeFrames: [null, closedByServer ? close(to - 0.1, 1001) : null],
      },
    }),
    id: connectionId(index),
    client: { address: "10.0.0.1", port: 51_000 + index },
  }));

const causesOf = (all: readonly Lived[], ruleId: RuleId = "ws.close.no-close-frame"): string[] =>
  judge(several(...lived(all)))
    .filter((finding) => finding.ruleId === ruleId)
    .flatMap(({ causes }) =>
      causes.map(({ id, confidence, args }) => `${confidence} ${id} ${args["timerMs"] ?? ""}`.trim()),
    );

const WATCHDOG: readonly Lived[] = [
  { from: 1, to: 9.002 },
  { from: 10.1, to: 18.1, heard: 17.9 },
  { from: 19.2, to: 27.23, heard: 26 },
];

test("three of one age, each opened after the last had ended: a timer of the client's", () => {
  const causes = causesOf(WATCHDOG);
  expect(causes[0]).toMatch(/^likely clientLifetimeTimer 80\d\d/);
  expect(causes).toContain("possible clientKilled");
  expect(causes.join()).not.toContain("likely clientKilled");
});

test("the same by RST", () => {
  const causes = causesOf(
    WATCHDOG.map((one) => ({ ...one, byReset: true })),
    "tcp.rst",
  );
  expect(causes[0]).toMatch(/^likely clientLifetimeTimer/);
  expect(causes).toContain("possible abortiveClose");
});

test("always so long after the server's last message, whatever the age: a timer of silence", () => {
  const causes = causesOf([
    { from: 1, to: 16, heard: 11 },
    { from: 17, to: 40, heard: 35.02 },
    { from: 41, to: 50, heard: 45 },
  ]);
  expect(causes[0]).toMatch(/^likely clientSilenceTimer 50\d\d/);
});

test("no timer: two only, all at one moment, one that lived on, or each right after a message", () => {
  const timers = (all: readonly Lived[]) => causesOf(all).filter((item) => /client(Lifetime|Silence)Timer/.test(item));
  expect(timers(WATCHDOG.slice(0, 2))).toEqual([]);
  expect(timers(["a", "b", "c"].map(() => ({ from: 1, to: 9 })))).toEqual([]);
  expect(
    timers([...WATCHDOG, { from: 28, to: 100, closedByServer: true }, { from: 28, to: 101, closedByServer: true }]),
  ).toEqual([]);
  expect(timers(WATCHDOG.map((one) => ({ ...one, heard: one.to - 0.01 })))).toEqual([]);
  expect(timers([WATCHDOG[0] as Lived, { from: 10, to: 21 }, { from: 22, to: 53 }])).toEqual([]);
});

test("who comes back after minutes was away", () => {
  const late = WATCHDOG.map((one, index) => ({
    from: one.from + 300 * index,
    to: one.to + 300 * index,
    heard: one.to + 300 * index - 0.5,
  }));
  expect(causesOf(late)[0]).toBe("likely clientKilled");
});

test("the same inside TLS, by when its records came", () => {
  const sealed = (all: readonly Lived[]): ConnectionFacts[] =>
    all.map(({ from, to, heard = to - 0.7 }, index) => ({
      ...sealedConnection(
        { firstCloser: "client", closedAt: mark(to), idleBeforeCloseNs: (to - heard) * 1e9 },
        { since: mark(from), last: [mark(from + 0.1), mark(heard)] },
      ),
      id: connectionId(index),
      first: mark(from),
      last: mark(to),
      client: { address: "10.0.0.1", port: 51_000 + index },
    }));
  const causes = (all: readonly Lived[]) =>
    judge(analysisOf(sealed(all)))
      .filter(({ ruleId }) => ruleId === "ws.close.no-close-frame")
      .map((finding) => finding.causes.map(({ id, confidence }) => `${confidence} ${id}`));
  for (const told of causes(WATCHDOG)) {
    expect(told[0]).toBe("likely clientLifetimeTimer");
    expect(told).toContain("possible clientKilled");
  }
  expect(causes(WATCHDOG)).not.toEqual([]);
  expect(causes(WATCHDOG.slice(0, 2)).join()).not.toContain("clientLifetimeTimer");
});
