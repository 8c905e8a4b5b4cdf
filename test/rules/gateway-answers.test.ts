import { describe, expect, test } from "vitest";
import { judge } from "../../src/rules/judging/judge.ts";
import type { Analysis } from "../../src/store/types.ts";
import { connectionFacts, mark, refusedUpgrade, tcp, upgrade } from "../support/facts-builder.ts";
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
