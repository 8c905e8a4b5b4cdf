import { describe, expect, test } from "vitest";
import { judge } from "../../src/rules/judging/judge.ts";
import type { ConnectionFacts } from "../../src/store/types.ts";
import {
  connectionFacts,
  type ExchangeOverrides,
  exchange,
  mark,
  refusedSyn,
  refusedUpgrade,
  tcp,
} from "../support/facts-builder.ts";
import { several } from "./cases/case.ts";

// What a proxy says of a poll instead of its backend, with nginx 1.22 before Socket.IO: error_page, return 301, a backend
// that sends to its login. Played on one machine, where every address is 127.0.0.1.

const LOOPBACK = "127.0.0.1";
const at = (port: number, clientPort: number) => ({
  client: { address: LOOPBACK, port: clientPort },
  server: { address: LOOPBACK, port },
});
const TARGET = "/socket.io/?EIO=4&transport=polling&t=abc";
const http = (port: number, seconds: number, asked: ExchangeOverrides, more: Partial<ConnectionFacts> = {}) =>
  connectionFacts({
    kind: "http",
    upgrade: null,
    webSocket: null,
    first: mark(seconds),
    last: mark(seconds + 1),
    exchanges: [exchange({ target: TARGET, request: {}, requestAt: seconds, ...asked })],
    ...at(port, 50_000 + Math.round(seconds * 10)),
    ...more,
  });

const PAGE = { "Content-Type": "text/html", Server: "nginx/1.22.1" };
const APP = "<!doctype html><title>Shop</title><div id=root></div>";
const SOON = "<!doctype html><title>Shop</title><h1>We will be back soon</h1>";

const told = (...connections: ConnectionFacts[]) =>
  judge(several(...connections)).map(
    ({ severity, ruleId, variant, followsFrom }) =>
      `${severity} ${ruleId} ${variant}${followsFrom === null ? "" : ` < ${followsFrom}`}`,
  );
const page = (body: string, more: ExchangeOverrides = {}) =>
  http(8001, 1, { status: 200, response: PAGE, body, responseAt: 1.1, ...more });

describe("a page with status 200", () => {
  test("that says that it stands in for a server is no matter of the path", () => {
    expect(told(page(SOON))).toEqual(["error http.upgrade.page-returned standIn"]);
    expect(told(page("<title>维护</title><p>系统维护中，请稍后再试</p>"))).toEqual([
      "error http.upgrade.page-returned standIn",
    ]);
    expect(told(page(APP))).toEqual(["error http.upgrade.page-returned page"]);
    expect(told(page("<title>Maintenance planner for fleets</title><div id=root></div>"))).toEqual([
      "error http.upgrade.page-returned page",
    ]);
  });

  test("that came when the backend had refused the proxy follows from that, whatever it says", () => {
    const dial = { ...refusedSyn(1.05), ...at(8000, 51_000) };
    expect(told(page(APP), dial)).toEqual([
      "error tcp.open.refused loopbackOfProxy",
      "note http.upgrade.page-returned standIn < tcp.open.refused",
    ]);
  });

  test("that came when the backend had hung up on the same poll tells of it", () => {
    const hungUp = http(
      8000,
      1.02,
      { status: null },
      { tcp: tcp({ firstCloser: "server", closedAt: mark(1.05) }), last: mark(1.05) },
    );
    const [finding] = judge(several(page(APP), hungUp));
    expect(finding).toMatchObject({ ruleId: "http.upgrade.page-returned", variant: "standIn", confidence: "certain" });
    expect(finding?.evidence[0]?.what).toBe("legFin");
    expect(finding?.causes.map(({ id }) => id)).toEqual(["backendCrashed"]);
  });
});

describe("a redirect", () => {
  const LOGIN = { status: 302, response: { Location: "/login" } };

  test("of the backend is the backend's: what its client asked the proxy before is nothing that it passed on", () => {
    const front = http(8001, 1, { ...LOGIN, responseAt: 1.1 });
    const back = http(8000, 1.02, { ...LOGIN, responseAt: 1.05 });
    expect(told(front, back)).toEqual([
      "error http.upgrade.redirected poll",
      "note http.upgrade.redirected poll < http.upgrade.redirected",
    ]);
    expect(judge(several(front, back))[0]?.args["server"]).toBe("127.0.0.1:8000");
  });

  test("to https is followed only inside TLS", () => {
    const toTls = refusedUpgrade({ status: 301, target: "/chat", response: { Location: "https://10.0.0.2/chat" } });
    const plain = connectionFacts({ first: mark(2), upgrade: null });
    const later = refusedUpgrade({ status: 101, target: "/chat", requestAt: 2, responseAt: 2.01 });
    const socket = { ...connectionFacts({ first: mark(2) }), upgrade: later.upgrade, exchanges: later.exchanges };
    expect(told(toTls, { ...plain, ...socket })[0]).toBe("error http.upgrade.redirected plain");
  });
});
