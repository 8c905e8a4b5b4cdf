import { describe, expect, test } from "vitest";
import { judge } from "../../../src/rules/judging/judge.ts";
import type { ConnectionFacts } from "../../../src/store/types.ts";
import { connectionFacts, exchange, mark, refusedSyn, refusedUpgrade, tcp } from "../../support/facts-builder.ts";
import { several } from "../cases/case.ts";

const NGINX = { Server: "nginx/1.22.1" };
const page = (status: string) =>
  `<html><body><center><h1>${status}</h1></center><hr><center>nginx/1.22.1</center></body></html>`;
const POLL = "/socket.io/?EIO=4&transport=polling&t=x";
const AGENT = { Host: "app.example", "User-Agent": "Mozilla/5.0" };
const PROXY = { client: { address: "172.16.0.1", port: 40_000 }, server: { address: "10.0.0.9", port: 7010 } };

const asked = (more: Parameters<typeof exchange>[0], facts: Partial<ConnectionFacts> = {}): ConnectionFacts =>
  connectionFacts({
    kind: "http",
    upgrade: null,
    webSocket: null,
    exchanges: [exchange({ target: POLL, request: AGENT, response: NGINX, requestAt: 1, responseAt: 1.01, ...more })],
    close: { verdict: "none", clientSees: null, serverSees: null },
    ...facts,
  });

const upgrade = (status: number, more: Parameters<typeof refusedUpgrade>[0] = {}) =>
  refusedUpgrade(
    {
      target: "/socket.io/?EIO=4&transport=websocket",
      status,
      response: NGINX,
      requestAt: 2,
      responseAt: 2.01,
      ...more,
    },
    { first: mark(2) },
  );

const told = (...all: ConnectionFacts[]): string[] =>
  judge(several(...all)).map(
    ({ ruleId, severity, followsFrom, causes }) =>
      `${severity} ${ruleId}${followsFrom === null ? ` ${causes[0]?.id}` : ` < ${followsFrom}`}`,
  );

describe("what one proxy says to the polls and to the WebSocket of one client in the same words is one error", () => {
  test("of a redirect", () => {
    const response = { ...NGINX, Location: "https://app.example/socket.io/?EIO=4" };
    expect(told(asked({ status: 301, response }), upgrade(301, { response }))).toEqual([
      "error http.upgrade.redirected redirectToHttps",
      "note http.upgrade.redirected < http.upgrade.redirected",
    ]);
    const elsewhere = { ...NGINX, Location: "https://other.example/login" };
    expect(told(asked({ status: 301, response }), upgrade(301, { response: elsewhere }))).toHaveLength(2);
    expect(told(asked({ status: 301, response }), upgrade(301, { response: elsewhere }))[1]).toMatch(/^error/);
  });

  test("of none: a check that takes longer than anybody waits", () => {
    const waited = (one: ConnectionFacts): ConnectionFacts => ({
      ...one,
      tcp: tcp({ firstCloser: "client", closedAt: mark(8) }),
      last: mark(8),
    });
    const both = told(waited(asked({ status: null })), waited(upgrade(0, { status: null })));
    expect(both.map((one) => one.split(" ").slice(0, 2).join(" "))).toEqual([
      "error http.upgrade.unanswered",
      "note http.upgrade.unanswered",
    ]);
  });

  test("of nginx' auth_request, known by the check that it asked meanwhile", () => {
    const body = page("401 Authorization Required");
    const check = (at: number) =>
      asked({ target: "/check", status: 401, response: {}, requestAt: at + 0.002, responseAt: at + 0.005 }, PROXY);
    const refused = "error http.upgrade.refused authRequest";
    expect(told(asked({ status: 401, body }), check(1))).toContain(refused);
    // Of another client, asked at another time, or answered well.
    expect(told(asked({ status: 401, body }), check(3))).not.toContain(refused);
    const other = asked(
      {
        target: "/check",
        status: 401,
        request: { Host: "a", "User-Agent": "curl/8" },
        response: {},
        requestAt: 1.002,
        responseAt: 1.005,
      },
      PROXY,
    );
    expect(told(asked({ status: 401, body }), other)).not.toContain(refused);
  });
});

test("nginx that says 500 itself did not ask its backend, whose code is not to blame", () => {
  const body = page("500 Internal Server Error");
  expect(told(upgrade(500, { body }))).toEqual(["error http.upgrade.refused nginxFailed"]);
  const open = connectionFacts();
  const causes = judge(several(open, upgrade(500, { body }))).find(
    ({ ruleId }) => ruleId === "http.upgrade.refused",
  )?.causes;
  expect(causes?.map(({ id }) => id)).toEqual(["nginxFailed", "connectionLimit"]);
  expect(told(upgrade(500, { body: "oops" }))).toEqual(["error http.upgrade.refused handlerThrew"]);
});

describe("a server of several that refuses its proxy", () => {
  const dial = { ...refusedSyn(1), client: PROXY.client, server: { address: "10.0.0.2", port: 7002 } };
  const instead = (more: Parameters<typeof exchange>[0] = {}) =>
    asked(
      {
        request: { ...AGENT, "X-Forwarded-For": "192.0.2.20" },
        status: 200,
        requestAt: 1.02,
        responseAt: 1.05,
        body: "0{}",
        ...more,
      },
      { client: PROXY.client, server: { address: "10.0.0.2", port: 7003 }, first: mark(1.015) },
    );

  test("is worth a warning where the next one took the request at once", () => {
    expect(told(dial, instead())[0]).toMatch(/^warning tcp.open.refused/);
  });

  test("but an error where that failed too, came later, or was another's own request", () => {
    expect(told(dial, instead({ status: 502 }))[0]).toMatch(/^error/);
    expect(told(dial, instead({ requestAt: 3, responseAt: 3.1 }))[0]).toMatch(/^error tcp.open.refused/);
    expect(told(dial, instead({ request: AGENT }))[0]).toMatch(/^error tcp.open.refused/);
  });
});

test("who is refused by a proxy that had passed its poll on is no proxy itself", () => {
  const refused = { ...refusedSyn(5), server: { address: "10.0.0.2", port: 8080 } };
  const front = asked({ status: null, requestAt: 3 }, { last: mark(9) });
  const behind = asked(
    { status: null, requestAt: 3.001 },
    { client: PROXY.client, server: { address: "10.0.0.5", port: 7002 }, last: mark(9) },
  );
  const variant = (...all: ConnectionFacts[]) =>
    judge(several(...all)).find(({ ruleId }) => ruleId === "tcp.open.refused")?.variant;
  expect(variant(front, behind, refused)).not.toBe("ofProxy");
  expect(variant(behind, refused)).toBe("ofProxy");
});
