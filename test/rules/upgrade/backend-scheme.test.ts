import { describe, expect, test } from "vitest";
import { judge } from "../../../src/rules/judging/judge.ts";
import type { ConnectionFacts } from "../../../src/store/types.ts";
import {
  analysisOf,
  connectionFacts,
  exchange,
  mark,
  refusedUpgrade,
  tcp,
  tlsFacts,
  UPGRADE_FIELDS,
} from "../../support/facts-builder.ts";

const first = (...connections: ConnectionFacts[]) => {
  const [finding] = judge(analysisOf(connections));
  const { ruleId, severity, confidence, causes } = finding ?? {};
  return [severity, ruleId, confidence, causes?.[0]?.id];
};

const forwarded = { ...UPGRADE_FIELDS, "X-Forwarded-For": "192.0.2.7" };

/** Not a byte in answer to a proxy's request, or to a client's own. */
const hungUp = (request: Readonly<Record<string, string>>, more: Partial<ConnectionFacts> = {}): ConnectionFacts =>
  refusedUpgrade(
    { status: null, request },
    {
      tcp: tcp({ firstCloser: "server", closedAt: mark(0.01), server: { dataSegments: 0, lastData: null } }),
      ...more,
    },
  );

const plainGet = (status: number | null, target: string): ConnectionFacts =>
  connectionFacts({
    kind: "http",
    upgrade: null,
    webSocket: null,
    exchanges: [exchange({ status, target, request: { Host: "orin" } })],
    exchangeCount: 1,
  });

describe("http:// to a port of TLS", () => {
  // It was an error of its own: as a mere possibility it stood above what was seen, and was wrong for handlers that destroy.
  test("a proxy that is hung up on is told so, and about proxy_pass as a possible cause", () => {
    expect(first(hungUp(forwarded))).toEqual(["error", "http.upgrade.unanswered", "certain", "wrongPath"]);
    const [finding] = judge(analysisOf([hungUp(forwarded)]));
    expect(finding?.causes.map(({ id, confidence }) => `${confidence} ${id}`)).toContain("possible proxySpeaksPlain");
  });

  test("a client of its own is told as before: the path, and perhaps wss://", () => {
    expect(first(hungUp(UPGRADE_FIELDS))[1]).toBe("http.upgrade.unanswered");
  });

  test("it is likely where the port is one of TLS, or spoke TLS with somebody else", () => {
    const on443 = { server: { address: "10.0.0.2", port: 443 } };
    expect(first(hungUp(UPGRADE_FIELDS, on443))).toEqual(["error", "http.on-tls-port", "likely", "useWss"]);
    const other = connectionFacts({ kind: "tls", upgrade: null, webSocket: null, exchanges: [], tls: tlsFacts({}) });
    expect(first(hungUp(forwarded), other)).toEqual(["error", "http.on-tls-port", "likely", "proxySpeaksPlain"]);
  });

  test("nor is it where the port answers in plain HTTP", () => {
    expect(first(hungUp(forwarded), plainGet(200, "/api"))[1]).toBe("http.upgrade.unanswered");
  });

  test("a backend that says so to a proxy is certain", () => {
    const body = "Client sent an HTTP request to an HTTPS server.";
    expect(first(refusedUpgrade({ status: 400, body, request: forwarded }))).toEqual([
      "error",
      "http.on-tls-port",
      "certain",
      "proxySpeaksPlain",
    ]);
  });
});

test("https:// to a plain port, while a client waits for its 502, is the proxy's doing", () => {
  const hello = connectionFacts({
    kind: "http",
    client: { address: "10.0.0.2", port: 40_000 },
    server: { address: "10.0.1.2", port: 8080 },
    first: mark(0.1),
    last: mark(0.2),
    upgrade: null,
    webSocket: null,
    exchanges: [{ ...exchange({ status: 400, response: {} }), request: null }],
    tls: tlsFacts({ clientHello: mark(0.11), serverHello: null, handshakeComplete: false }),
  });
  const front = refusedUpgrade(
    { status: 502, requestAt: 0.05, responseAt: 0.2, response: { Server: "nginx/1.22.1" } },
    { server: { address: "10.0.0.2", port: 80 } },
  );
  expect(first(front, hello)).toEqual(["error", "tls.on-plain-port", "certain", "proxySpeaksTls"]);
  expect(first(hello)).toEqual(["error", "tls.on-plain-port", "certain", "useWs"]);
});
