import { describe, expect, test } from "vitest";
import { connectionId } from "../../src/base/brand.ts";
import { render } from "../../src/i18n/render.ts";
import { judge } from "../../src/rules/judging/judge.ts";
import type { ConnectionFacts } from "../../src/store/types.ts";
import {
  abnormal,
  analysisOf,
  connectionFacts,
  mark,
  refusedSyn,
  refusedUpgrade,
  UPGRADE_FIELDS,
  upgrade,
} from "../support/facts-builder.ts";
import { several } from "./cases/case.ts";

const told = (...connections: ConnectionFacts[]) =>
  judge(several(...connections)).map(({ ruleId, severity, followsFrom }) => [ruleId, severity, followsFrom] as const);
const severityOf = (ruleId: string, ...connections: ConnectionFacts[]) =>
  judge(several(...connections)).find((finding) => finding.ruleId === ruleId)?.severity;

/** A WebSocket that opens at `seconds` and ends `lasting` later. */
const open = (seconds: number, lasting = 10, more: Partial<ConnectionFacts> = {}): ConnectionFacts => {
  const one = connectionFacts({ first: mark(seconds), last: mark(seconds + lasting), ...more });
  return {
    ...one,
    webSocket: one.webSocket && { ...one.webSocket, openedAt: mark(seconds + 0.01) },
    tcp: { ...one.tcp, closedAt: mark(seconds + lasting), established: mark(seconds) },
  };
};

describe("a server that was not there and refuses soon after", () => {
  const answered = (status: number, at = 5) =>
    refusedUpgrade({ status, requestAt: at, responseAt: at + 0.01 }, { first: mark(at), last: mark(at + 0.02) });

  test("is no longer away: the refusal is what is wrong", () => {
    expect(severityOf("tcp.open.refused", refusedSyn(1), answered(404))).toBe("warning");
    expect(severityOf("http.upgrade.gateway-error", answered(502, 0.5), answered(404))).toBe("warning");
  });

  test("but not where it is away again, or is asked much later, or by another client", () => {
    expect(severityOf("tcp.open.refused", refusedSyn(1), answered(404), refusedSyn(9))).toBe("error");
    expect(severityOf("http.upgrade.gateway-error", answered(502, 0.5), answered(404), answered(502, 9))).toBe("error");
    expect(severityOf("tcp.open.refused", refusedSyn(1), answered(404, 90))).toBe("error");
    const other = { ...answered(404), client: { address: "10.0.0.77", port: 5 } };
    expect(severityOf("tcp.open.refused", refusedSyn(1), other)).toBe("error");
  });
});

describe("a refusal that passed is a warning", () => {
  const refused = refusedUpgrade({ status: 401 });

  test("the same client got its WebSocket right afterwards", () => {
    const [finding] = judge(several(refused, open(1.7)));
    expect(finding).toMatchObject({ ruleId: "http.upgrade.refused", severity: "warning" });
    expect(finding?.args["recoveredMs"]).toBeCloseTo(710);
    expect(finding?.evidence.at(-1)?.what).toBe("recovered");
    expect(finding?.causes[0]?.id).toBe("recoveredBySelf");
  });

  test("an earlier WebSocket that another capture holds by a clock ahead is no later one", () => {
    const judged = (aheadNs: number) =>
      judge(analysisOf([refused, open(2)], { aheadNs: new Map([[connectionId(1), aheadNs]]) }))[0]?.severity;
    expect(judged(0)).toBe("warning");
    expect(judged(47e9)).toBe("error");
  });

  test("whoever got a WebSocket later is another one, or had to be helped", () => {
    const elsewhere = { client: { address: "192.0.2.99", port: 50_000 } };
    expect(severityOf("http.upgrade.refused", refused, open(1.7, 10, elsewhere))).toBe("error");
    const otherPath = { upgrade: upgrade({ target: "/other" }) };
    expect(severityOf("http.upgrade.refused", refused, open(1.7, 10, otherPath))).toBe("error");
    expect(severityOf("http.upgrade.refused", refused, open(90))).toBe("error");
  });

  test("a client that has its WebSocket all the time is beside the one that is refused", () => {
    expect(severityOf("http.upgrade.refused", open(0, 30), refused, open(1.7))).toBe("error");
  });

  test("a 101 that came when the client had given up is no success, not even of another attempt", () => {
    const late = (seconds: number): ConnectionFacts => {
      const asked = upgrade({ requestAt: seconds, responseAt: seconds + 3.9 });
      const one = open(seconds, 4, { upgrade: asked, exchanges: [asked.exchange] });
      return { ...one, tcp: { ...one.tcp, closedAt: mark(seconds + 2) } };
    };
    expect(told(late(1))[0]).toEqual(["http.upgrade.unanswered", "error", null]);
    expect(severityOf("http.upgrade.unanswered", late(1), late(6))).toBe("error");
    expect(severityOf("http.upgrade.unanswered", late(1), late(6), open(12))).toBe("warning");
  });

  test("a client that is refused again while that WebSocket is open was not the one that got it", () => {
    const again = refusedUpgrade({ status: 401, requestAt: 4, responseAt: 4.01 }, { first: mark(4), last: mark(5) });
    expect(severityOf("http.upgrade.refused", refused, open(1.7), again)).toBe("error");
  });

  test("another system behind the same address is another client", () => {
    const { tcp } = connectionFacts();
    const far = { ...tcp, halves: [{ ...tcp.halves[0], hopLimit: 127 }, tcp.halves[1]] as const };
    const other = open(1.7);
    expect(severityOf("http.upgrade.refused", refused, { ...other, tcp: { ...far, closedAt: mark(11.7) } })).toBe(
      "error",
    );
  });

  test("a port that opens later", () => {
    expect(severityOf("tcp.open.refused", refusedSyn(1), refusedSyn(2), open(3))).toBe("warning");
    expect(severityOf("tcp.open.refused", refusedSyn(1), refusedSyn(2))).toBe("error");
  });
});

describe("a server that dies and refuses", () => {
  const killed = abnormal("server", 50);

  test("is one error, however often its port refuses", () => {
    expect(told(killed, refusedSyn(50.5), refusedSyn(55), refusedSyn(75))).toEqual([
      ["ws.close.no-close-frame", "error", null],
      ["tcp.open.refused", "note", "ws.close.no-close-frame"],
    ]);
  });

  test("behind a proxy that goes on answering is one error too", () => {
    const gateway = (seconds: number) =>
      refusedUpgrade({ status: 502, requestAt: seconds, responseAt: seconds + 0.1 }, { first: mark(seconds) });
    expect(told(killed, gateway(51), gateway(53), gateway(75))).toEqual([
      ["ws.close.no-close-frame", "error", null],
      ["http.upgrade.gateway-error", "note", "ws.close.no-close-frame"],
    ]);
    expect(told(killed, gateway(70)).filter(([, severity]) => severity === "error")).toHaveLength(2);
  });

  test("a port that refuses long afterwards, or after others were served, is a trouble of its own", () => {
    expect(told(killed, refusedSyn(90)).filter(([, severity]) => severity === "error")).toHaveLength(2);
    const [, refusal] = told(killed, open(51, 2), refusedSyn(54)).filter(([rule]) => rule !== "ws.ping.absent");
    expect(refusal).toEqual(["tcp.open.refused", "error", null]);
  });
});

describe("who is refused again and again without pause is told to wait longer each time", () => {
  const argsOf = (attempts: readonly ConnectionFacts[]) => judge(several(...attempts))[0]?.args;
  const every = (ms: number, count: number, attempt: (seconds: number, index: number) => ConnectionFacts) =>
    argsOf(Array.from({ length: count }, (_, index) => attempt(1 + (index * ms) / 1000, index)));
  const asked =
    (status: number, requestOf: (index: number) => Record<string, string> = () => ({}), tookMs = 10) =>
    (seconds: number, index: number) =>
      refusedUpgrade(
        {
          status,
          request: { ...UPGRADE_FIELDS, ...requestOf(index) },
          requestAt: seconds,
          responseAt: seconds + tookMs / 1000,
        },
        { first: mark(seconds), last: mark(seconds + 0.02) },
      );

  test("by a closed port", () => {
    expect(every(80, 30, refusedSyn)).toMatchObject({ hurried: 30, hurriedMs: 2320 });
    expect(every(1000, 30, refusedSyn)).not.toHaveProperty("hurried");
    expect(every(80, 10, refusedSyn)).not.toHaveProperty("hurried");
  });

  test.each([401, 403, 404, 502, 503])("by a %d", (status) => {
    expect(every(100, 25, asked(status))).toMatchObject({ hurried: 25, hurriedMs: 2400 });
    expect(every(1000, 25, asked(status))).not.toHaveProperty("hurried");
  });

  test("but not many users behind one address, nor attempts at one time", () => {
    expect(
      every(
        100,
        25,
        asked(401, (index) => ({ Cookie: `user=${index}` })),
      ),
    ).not.toHaveProperty("hurried");
    expect(
      every(
        100,
        25,
        asked(401, (index) => ({ "X-Forwarded-For": `10.1.1.${index}` })),
      ),
    ).not.toHaveProperty("hurried");
    expect(every(100, 25, asked(502, undefined, 250))).not.toHaveProperty("hurried");
  });

  test("but not one whose pauses do grow", () => {
    const growing = Array.from({ length: 25 }, (_, index) => asked(502)(1 + 0.015 * index ** 2, index));
    expect(argsOf(growing)).not.toHaveProperty("hurried");
  });

  test("in words behind what is known of the refusal", () => {
    const [finding] = judge(several(...Array.from({ length: 25 }, (_, index) => asked(401)(1 + index / 10, index))));
    expect(finding && render(finding, "en").detail).toMatch(/The client tried 25 times within 2\.4 s, without pauses/);
    expect(finding && render(finding, "zh-CN").detail).toContain("25 次");
  });
});
