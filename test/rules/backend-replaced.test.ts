import { describe, expect, test } from "vitest";
import { judge } from "../../src/rules/judging/judge.ts";
import type { ConnectionFacts } from "../../src/store/types.ts";
import {
  abnormal,
  analysisOf,
  BACKEND_LEG,
  connectionFacts,
  exchange,
  joined,
  mark,
  tcp,
} from "../support/facts-builder.ts";
import { POLL } from "../support/polled-sessions.ts";
import { several } from "./cases/case.ts";

// A deploy: the old process is ended while the proxy has another backend in its place, so that no port ever refuses.

const BACK = BACKEND_LEG.server;
const NEXT = { address: BACK.address, port: 7003 };

/** The legs of one WebSocket whose backend hung up. */
const lost = (end: number, port: number): ConnectionFacts[] => [
  abnormal("server", end + 0.001, { first: mark(1), client: { address: "10.0.0.1", port } }),
  abnormal("server", end, { ...BACKEND_LEG, first: mark(1), client: { ...BACKEND_LEG.client, port } }),
];

/** The legs of one that is opened then, and goes well. */
const opened = (at: number, server: ConnectionFacts["server"]): ConnectionFacts[] => [
  connectionFacts({ first: mark(at), last: mark(at + 40) }),
  connectionFacts({ ...BACKEND_LEG, server, first: mark(at + 0.001), last: mark(at + 40) }),
];

const causesOf = (...pairs: ConnectionFacts[][]): string[] =>
  (
    judge(
      analysisOf(pairs.flat(), {
        joins: pairs.map((_, index) => joined("proxied", { places: [2 * index, 2 * index + 1] })),
      }),
    ).find(({ ruleId }) => ruleId === "ws.close.no-close-frame")?.causes ?? []
  ).map(({ id, confidence }) => `${confidence} ${id}`);

describe("two WebSockets that end in one moment", () => {
  const both = [lost(40, 1), lost(40.02, 2)];

  test("died with their process, where the proxy only goes to another backend since", () => {
    expect(causesOf(...both)).toContain("possible serverDied");
    expect(causesOf(...both, opened(41, NEXT))).toContain("likely serverDied");
    expect(causesOf(opened(0, BACK), ...both, opened(41, NEXT))).toContain("likely serverDied");
  });

  test("not where the proxy shares its clients out, or the backend carries others on", () => {
    expect(causesOf(...both, opened(41, NEXT), opened(42, BACK))).toContain("possible serverDied");
    expect(causesOf(opened(0, NEXT), ...both, opened(41, NEXT))).toContain("possible serverDied");
    expect(causesOf(opened(5, BACK), ...both, opened(41, NEXT))).toContain("possible serverDied");
  });

  test("died with their process, where the poll that waited was broken off as well", () => {
    const leg = (end: number) => lost(end, 1)[1] as ConnectionFacts;
    const poll = connectionFacts({
      ...BACKEND_LEG,
      kind: "http",
      upgrade: null,
      webSocket: null,
      exchanges: [exchange({ request: {}, target: POLL, requestAt: 20, status: null })],
      tcp: tcp({ firstCloser: "server", closedAt: mark(40.01) }),
      last: mark(40.012),
    });
    const likely = (...all: ConnectionFacts[]) =>
      judge(several(...all))
        .find(({ ruleId }) => ruleId === "ws.close.no-close-frame")
        ?.causes.filter(({ confidence }) => confidence === "likely")
        .map(({ id }) => id);
    expect(likely(leg(40), leg(40.02))).toContain("serverTerminated");
    expect(likely(leg(40), leg(40.02), poll)).not.toContain("serverTerminated");
    expect(likely(leg(40), leg(40.02), poll)).toContain("serverDied");
  });
});
