import { describe, expect, test } from "vitest";
import { judge } from "../../src/rules/judging/judge.ts";
import type { Analysis, ConnectionFacts } from "../../src/store/types.ts";
import {
  analysisOf,
  connectionFacts,
  mark,
  refusedSyn,
  refusedUpgrade,
  tcp,
  upgrade,
} from "../support/facts-builder.ts";
import { one, several } from "./cases/case.ts";

/** What a gateway's status tells depends on the product, and on how long it took. */

const causesOf = (analysis: Analysis): string[] =>
  (judge(analysis).find(({ ruleId }) => ruleId === "http.upgrade.gateway-error")?.causes ?? []).map(
    ({ id, confidence }) => `${confidence} ${id}`,
  );

// haproxy/src/http.c, http_err_msgs.
const HAPROXY_503 = "<h1>503 Service Unavailable</h1>\nNo server is available to handle this request.\n";
const HAPROXY_502 = "<h1>502 Bad Gateway</h1>\nThe server returned an invalid or incomplete response.\n";

describe("HAProxy's 503", () => {
  const unavailable = (afterSeconds: number) =>
    refusedUpgrade(
      { status: 503, body: HAPROXY_503, responseAt: 50 + afterSeconds, requestAt: 50 },
      { first: mark(50) },
    );

  test("after three retries, a second apart, is a backend that takes no connection; its queue comes below", () => {
    expect(causesOf(one(unavailable(3.01)))).toEqual(["likely proxyRetried", "possible proxyQueue"]);
    expect(causesOf(one(unavailable(8.01)))).toEqual(["likely proxyRetried", "possible proxyQueue"]);
  });

  test("after a wait, while WebSockets are open there, is its queue: it can connect", () => {
    const open = connectionFacts({ last: mark(100) });
    expect(causesOf(several(open, unavailable(3.01))).slice(0, 3)).toEqual([
      "likely connectionLimit",
      "likely proxyQueue",
      "possible proxyRetried",
    ]);
  });

  test("at once is nobody who is up", () => {
    expect(causesOf(one(unavailable(0.001)))[0]).toBe("likely noHealthyBackend");
  });
});

describe("a 502", () => {
  const badGateway = (body: string, server?: string) =>
    causesOf(one(refusedUpgrade({ status: 502, body, response: server === undefined ? {} : { Server: server } })));

  test("of HAProxy or Apache, who say 503 to a refused connection, is a backend that broke off", () => {
    expect(badGateway(HAPROXY_502)).toEqual(["likely backendCrashed", "possible proxyScheme"]);
    expect(badGateway("<h1>Proxy Error</h1>Error reading from remote server", "Apache/2.4.62 (Debian)")[0]).toBe(
      "likely backendCrashed",
    );
  });

  test("of Apache that cannot look the backend's name up, or of others, may be a backend that is down", () => {
    expect(badGateway("DNS lookup failure for: backend", "Apache/2.4.62 (Debian)")[0]).toBe("likely backendDown");
    expect(badGateway("", "nginx/1.22.1")[0]).toBe("likely backendDown");
  });

  test("at once may be a firewall that rejects, as well as a port where nobody listens", () => {
    expect(badGateway("", "nginx/1.22.1")).toContain("possible backendFirewalled");
  });
});

describe("Socket.IO's WebSocket and its polls at one proxy", () => {
  const target = (transport: string, path = "/socket.io/") => `${path}?EIO=4&transport=${transport}`;
  const failed = (transport: string, at: number, more: object = {}) =>
    refusedUpgrade(
      {
        status: 504,
        target: target(transport),
        requestAt: at,
        responseAt: at + 0.01,
        response: { Server: "envoy" },
        ...(transport === "polling" ? { request: { Host: "10.0.0.2:8080" } } : {}),
        ...more,
      },
      { first: mark(at), tcp: tcp({ firstCloser: "server", closedAt: mark(at + 1) }) },
    );
  const polls = (at: number, more: object = {}): ConnectionFacts => {
    const { upgrade: asked, ...rest } = failed("polling", at, more);
    return { ...rest, kind: "http", upgrade: null, exchanges: asked === null ? [] : [asked.exchange] };
  };
  const errors = (...all: ConnectionFacts[]) => judge(several(...all)).filter(({ severity }) => severity === "error");

  test("that are not answered alike have one backend, and one trouble: it answers nothing", () => {
    const [finding, ...others] = errors(failed("websocket", 5), polls(5.1), failed("websocket", 7), polls(7.1));
    expect(others).toEqual([]);
    expect(finding).toMatchObject({ ruleId: "http.upgrade.gateway-error", alsoConnections: [1, 2, 3] });
    expect(finding?.causes[0]).toMatchObject({ id: "pollUnanswered", confidence: "likely" });
  });

  test("are two where the words differ, or the path", () => {
    expect(errors(failed("websocket", 5), polls(5.1, { status: 502 }))).toHaveLength(2);
    expect(errors(failed("websocket", 5), polls(5.1, { target: target("polling", "/other/") }))).toHaveLength(2);
    expect(causesOf(one(failed("websocket", 5)))[0]).toBe("likely backendSilent");
  });

  test("follow from what the backend's own leg shows of one of them", () => {
    const own = { status: 502, response: { Server: "nginx/1.22.1" } };
    const leg = { client: { address: "10.0.0.2", port: 60_001 }, server: { address: "10.0.0.3", port: 7001 } };
    const refused = { ...refusedSyn(5.005), ...leg };
    const told = judge(several(failed("websocket", 5, own), refused, polls(5.1, own)));
    expect(told.map(({ ruleId, severity }) => `${severity} ${ruleId}`)).toEqual([
      "error tcp.open.refused",
      "note http.upgrade.gateway-error",
    ]);
  });
});

test("many WebSockets that are open where a request waits may hold all workers; a few do not", () => {
  const waiting = refusedUpgrade(
    { status: null, target: "/realtime", requestAt: 50 },
    { first: mark(50), last: mark(56), tcp: tcp({ firstCloser: "client", closedAt: mark(56) }) },
  );
  const open = (count: number) =>
    Array.from({ length: count }, () => connectionFacts({ upgrade: upgrade({ target: "/" }), last: mark(100) }));
  const told = (count: number) =>
    judge(several(waiting, ...open(count)))[0]?.causes.find(({ id }) => id === "workersTaken");
  expect(told(25)).toMatchObject({ confidence: "likely", args: { count: 25 } });
  expect(told(5)).toMatchObject({ confidence: "possible" });
  expect(told(2)).toBeUndefined();
});

describe("a backend that is not reached", () => {
  const answered = (at: number, afterSeconds: number, status = 502, server = "nginx/1.22.1", target = "/chat") =>
    refusedUpgrade(
      { status, target, requestAt: at, responseAt: at + afterSeconds, response: { Server: server } },
      { first: mark(at), client: { address: "192.0.2.20", port: 50_000 + at } },
    );

  test("is told by the three seconds for which its address is asked in vain", () => {
    expect(causesOf(one(answered(5, 3.06)))).toEqual(["likely backendUnreachable", "possible backendCrashed"]);
    expect(causesOf(one(answered(5, 2)))[0]).toBe("likely backendDown");
    // Their 502 is of a backend that took the connection.
    expect(causesOf(one(answered(5, 3.06, 502, "Apache/2.4.62")))[0]).toBe("likely backendCrashed");
  });

  test("or by a 504 beside a 502 that is late for a refusal", () => {
    expect(causesOf(several(answered(5, 0.5), answered(9, 2, 504)))[0]).toBe("likely backendUnreachable");
    expect(causesOf(several(answered(5, 2, 504), answered(9, 0.5)))[0]).toBe("likely backendUnreachable");
    expect(causesOf(several(answered(5, 0.001), answered(9, 2, 504)))[0]).toBe("likely backendDown");
    const poll = "/socket.io/?EIO=4&transport=polling&sid=a";
    expect(causesOf(several(answered(5, 0.5), answered(9, 60, 504, "nginx", poll)))[0]).toBe("likely backendDown");
    // Who opened the session was reached.
    expect(causesOf(one(answered(5, 3.06, 502, "nginx", poll)))[0]).not.toBe("likely backendUnreachable");
  });

  test("is one fault, whichever of the two it answers", () => {
    const errors = (...all: ConnectionFacts[]) => judge(several(...all)).filter(({ severity }) => severity === "error");
    expect(errors(answered(5, 2, 504), answered(9, 0.5), answered(12, 2, 504))).toHaveLength(1);
    // A port that refuses at once is another one.
    expect(errors(answered(5, 0.001), answered(9, 2, 504))).toHaveLength(2);
  });

  test("or by the question for its address, to which nobody answered", () => {
    const search = { sender: "10.0.0.1", target: "10.0.0.99", first: mark(5.1), last: mark(5.6), answered: null };
    const found = (more: object) =>
      judge(analysisOf([answered(5, 0.7)], { arp: [{ ...search, requests: 3, ...more }] })).find(
        ({ ruleId }) => ruleId === "http.upgrade.gateway-error",
      );
    expect(found({})?.causes[0]).toMatchObject({ id: "backendUnreachable", args: { server: "10.0.0.99" } });
    expect(found({})?.evidence.map(({ what }) => what)).toContain("arpRequest");
    expect(found({ sender: "192.0.2.20" })?.causes[0]?.id).toBe("backendDown");
    expect(found({ first: mark(20), last: mark(22) })?.causes[0]?.id).toBe("backendDown");
  });
});
