import { describe, expect, test } from "vitest";
import { judge } from "../../src/rules/judge.ts";
import type { ConnectionFacts } from "../../src/store/types.ts";
import { abnormal, analysisOf, mark, reset, sealedConnection, type tcp } from "../support/facts-builder.ts";
import { openingTls } from "../support/opening-tls.ts";

type TcpOverrides = Parameters<typeof tcp>[0];

/** What is said, each with its first cause. */
const said = (connection: ConnectionFacts, ports: readonly number[] = []) =>
  judge(analysisOf([connection]), { ports }).map(({ severity, ruleId, variant, causes }) =>
    `${severity} ${ruleId} ${variant} ${causes[0]?.id ?? ""}`.trim(),
  );

describe("an RST on the TLS hello that did not come from the server", () => {
  const forged = reset({ at: 0.015, likelyInjected: true, oddities: ["hop-limit"], hopLimit: 99 });
  const silent = { dataSegments: 0, firstData: null, lastData: null, fin: null };
  const cut: TcpOverrides = { ending: "rst", firstCloser: "server", closedAt: mark(0.015), resets: [forged] };

  test("is the work of who read the name in it, and no plain port", () => {
    expect(said(openingTls({ serverHello: null, applicationDataBytes: [0, 0] }, { ...cut, server: silent }))).toEqual([
      "error tcp.rst.injected onHello nameFilter",
    ]);
  });

  test("nor a certificate that is not trusted, when the server's hello comes behind it", () => {
    expect(said(openingTls({ serverHello: mark(0.04) }, cut))).toEqual(["error tcp.rst.injected onHello nameFilter"]);
  });

  test("behind the server's hello, or where no name was sent, it is a forgery of whatever reason", () => {
    const plain = ["error tcp.rst.injected plain injectingBox"];
    expect(said(openingTls({ serverHello: mark(0.012) }, cut))).toEqual(plain);
    expect(said(openingTls({ serverHello: mark(0.04), serverName: null }, cut))).toEqual(plain);
  });

  test("that follows an alert only cleans up", () => {
    const alert = { ...mark(0.012), from: "server", level: 2, description: 40, encrypted: false } as const;
    expect(said(openingTls({ alerts: [alert] }, cut)).join()).not.toContain("tcp.rst.injected");
  });
});

test("nobody is told to use wss:// who does", () => {
  const odd = reset({ likelyInjected: true, oddities: ["hop-limit"], hopLimit: 47 });
  const forged: TcpOverrides = { ending: "rst", resets: [odd] };
  const advice = (connection: ConnectionFacts) =>
    judge(analysisOf([connection]))[0]?.causes.find(({ id }) => id === "injectingBox")?.args;
  expect(advice(sealedConnection({ firstCloser: "server", ...forged }))).toEqual({});
  expect(advice(abnormal("server", 40, { tcpFacts: forged }))).toEqual({ port: 8080 });
});
