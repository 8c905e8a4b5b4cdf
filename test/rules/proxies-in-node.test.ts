import { describe, expect, test } from "vitest";
import { judge } from "../../src/rules/judging/judge.ts";
import type { Analysis, ConnectionFacts } from "../../src/store/types.ts";
import {
  abnormal,
  analysisOf,
  BACKEND_LEG,
  connectionFacts,
  exchange,
  joined,
  mark,
  refusedSyn,
  refusedUpgrade,
  tcp,
  UPGRADE_FIELDS,
  upgrade,
} from "../support/facts-builder.ts";
import { cases } from "./cases/all.ts";
import { one } from "./cases/case.ts";

// http-proxy without a handler of 'upgrade': the backend's 101 came, and Node dropped it.

const told = (analysis: Analysis) =>
  judge(analysis)
    .filter(({ severity }) => severity === "error")
    .map(({ ruleId, variant, connectionId }) => `${ruleId} ${variant} #${connectionId}`);

const firstCause = (analysis: Analysis) => judge(analysis)[0]?.causes[0];

/** The backend's leg: 101, and its client hung up 1 ms later. */
const dropped = (request: Readonly<Record<string, string>> = UPGRADE_FIELDS): ConnectionFacts => ({
  ...abnormal("client", 0.006, {
    upgrade: upgrade({ request }),
    webSocketFacts: { firstFrame: [null, null], lastFrame: [null, null] },
  }),
  ...BACKEND_LEG,
});

const waiting = (leftSeconds: number): ConnectionFacts =>
  refusedUpgrade(
    { status: null },
    { tcp: tcp({ firstCloser: "client", closedAt: mark(leftSeconds) }), last: mark(leftSeconds) },
  );

const both = (leftSeconds: number) => analysisOf([waiting(leftSeconds), dropped()], { joins: [joined("proxied")] });

describe("a proxy that hangs up on the 101 while its own client waits", () => {
  test("is the one that did, not the client of the backend", () => {
    expect(told(both(8))).toEqual(["http.upgrade.closed-at-once proxyDropped #1"]);
    expect(firstCause(both(8))).toMatchObject({ id: "nodeProxyNoWs", confidence: "likely" });
  });

  test("is none when its client had left before", () => {
    expect(told(both(0.0055)).join()).not.toContain("proxyDropped");
  });
});

describe("of a backend's leg alone", () => {
  const lower = Object.fromEntries(Object.entries(UPGRADE_FIELDS).map(([name, value]) => [name.toLowerCase(), value]));

  test("a Host that is another address, in names as Node writes them, tells of such a proxy", () => {
    expect(firstCause(one(dropped({ ...lower, host: "10.77.1.1" })))?.id).toBe("nodeProxyNoWs");
  });

  test("either of them alone does not", () => {
    for (const request of [
      { ...UPGRADE_FIELDS, Host: "10.77.1.1" },
      { ...lower, host: BACKEND_LEG.server.address },
    ])
      expect(firstCause(one(dropped(request)))?.id).toBe("clientRejected101");
  });
});

describe("a proxy that ends its request to a silent backend", () => {
  const silent = (frontEnd: number, status: number | null) =>
    analysisOf(
      [
        status === null ? waiting(frontEnd) : refusedUpgrade({ status, responseAt: frontEnd }),
        { ...waiting(3.5), ...BACKEND_LEG },
      ],
      { joins: [joined("proxied")] },
    );
  const found = (analysis: Analysis) =>
    judge(analysis).find(({ ruleId, connectionId }) => ruleId === "http.upgrade.unanswered" && connectionId === 1);

  test("did so because its client had left", () => {
    const left = found(silent(3.49, null));
    expect(left?.variant).toBe("clientGaveUp");
    expect(left?.args["client"]).toBe("10.0.0.1:51234");
    expect(left?.evidence.map(({ what }) => what)).toEqual(["upgradeRequest", "legFin", "fin"]);
  });

  test("or by its own timer, and told its client only where it did", () => {
    expect(found(silent(3.51, 504))).toMatchObject({ variant: "proxyGaveUp", args: { status: 504 } });
    const mute = found(silent(9, null));
    expect([mute?.variant, mute?.args["status"]]).toEqual(["proxyGaveUp", undefined]);
  });
});

test("a probe over a WebSocket that was accepted: neither upgrade lines nor sticky sessions are missing", () => {
  const found = judge(cases["eio.upgrade.failed"].fires.probe).find(({ ruleId }) => ruleId === "eio.upgrade.failed");
  expect(found?.causes.map(({ id }) => id)).toEqual(["serverBlocked"]);
});

test("a proxy that is refused at [::1] alone may miss a server on 127.0.0.1", () => {
  const dialled = {
    ...refusedSyn(0.01),
    client: { address: "::1", port: 50_000 },
    server: { address: "::1", port: 7002 },
  };
  const legs = analysisOf([refusedUpgrade({ status: 502, responseAt: 0.02 }), dialled]);
  const refused = judge(legs).find(({ ruleId }) => ruleId === "tcp.open.refused");
  expect(refused?.causes.map(({ id }) => id)).toContain("oneFamilyBound");
});

test("of two proxies in a row the first one without the fields is named, at the address where clients find it", () => {
  const { Upgrade: _, ...plain } = UPGRADE_FIELDS;
  const stripped = (from: string, to: string, at: number) =>
    refusedUpgrade(
      { status: 400, request: { ...plain, Connection: "close" }, version: "1.0", requestAt: at, responseAt: 0.1 },
      { client: { address: from, port: 40_000 }, server: { address: to, port: 7002 }, first: mark(at) },
    );
  const legs = analysisOf(
    [
      refusedUpgrade({ status: 400, responseAt: 0.12 }),
      stripped("127.0.0.1", "127.0.0.1", 0.02),
      stripped("172.16.0.1", "172.16.0.2", 0.03),
    ],
    { joins: [joined("proxied"), joined("proxied", { places: [1, 2] })] },
  );
  const accused = judge(legs).filter(({ ruleId }) => ruleId === "http.upgrade.fields-stripped");
  expect(accused.map(({ connectionId, args }) => [connectionId, args["client"]])).toEqual([[1, "10.0.0.2:8080"]]);
});

test("HTTP/2 in answer to a plain HTTP/1.1 poll is an error, to a page a note", () => {
  const settings = new Uint8Array([0, 0, 0x12, 4, 0, 0, 0, 0, 0]);
  const asked = (target: string, request: Readonly<Record<string, string>>) =>
    one(
      connectionFacts({
        kind: "http",
        upgrade: null,
        webSocket: null,
        exchanges: [exchange({ status: null, target, request })],
        notHttp: [null, { ...mark(0.02), firstBytes: settings }],
        close: { verdict: "none", clientSees: null, serverSees: null },
      }),
    );
  const exchanges = (analysis: Analysis) => judge(analysis).map(({ ruleId, severity }) => `${severity} ${ruleId}`);
  expect(exchanges(asked("/socket.io/?EIO=4&transport=polling", { Host: "a.example" }))).toEqual([
    "error port.other-protocol",
  ]);
  expect(exchanges(asked("/index.html", { Host: "a.example" })).join()).not.toContain("port.other-protocol");
});
