import { describe, expect, test } from "vitest";
import { judge } from "../../../src/rules/judging/judge.ts";
import type { TlsFacts } from "../../../src/store/tls-types.ts";
import type { ConnectionFacts } from "../../../src/store/types.ts";
import {
  abnormal,
  analysisOf,
  mark,
  reset,
  rhythm,
  sealedConnection,
  type tcp,
  upgrade,
} from "../../support/facts-builder.ts";
import { openingTls } from "../../support/opening-tls.ts";

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

describe("a client certificate that is asked for", () => {
  const asked = (answer: "none" | "given" | "not-asked") => ({ answer, asked: mark(0.02), answered: mark(0.03) });
  const alert = (description: number, at: number) =>
    ({ ...mark(at), from: "server", level: 2, description, encrypted: false }) as const;

  test("and not given is the reason of the server's alert, not the version that both had agreed upon", () => {
    const refused = openingTls({ clientCertificate: asked("none"), alerts: [alert(40, 0.05)] });
    expect(said(refused)).toEqual(["error tls.handshake.failed alert clientCertificateMissing"]);
    expect(judge(analysisOf([refused]))[0]?.causes.map(({ id }) => id)).not.toContain("tlsVersions");
  });

  test("who complains of the server's certificate has agreed on version and cipher", () => {
    const expired = openingTls({ serverHello: null, alerts: [{ ...alert(45, 0.05), from: "client" }] });
    expect(judge(analysisOf([expired]))[0]?.causes.map(({ id }) => id)).toEqual(["certificateNotTrusted"]);
  });

  test("comes before the request that was sent meanwhile", () => {
    const request = upgrade({ status: null });
    const late = openingTls(
      { handshakeComplete: true, decrypted: true, clientCertificate: asked("none"), alerts: [alert(116, 0.05)] },
      { firstCloser: "server" },
      { kind: "upgrade-unanswered", upgrade: request, exchanges: [request.exchange], exchangeCount: 1 },
    );
    expect(said(late)[0]).toBe("error tls.handshake.failed alert clientCertificateMissing");
    expect(said(late).filter((one) => one.startsWith("error"))).toHaveLength(1);
  });

  test("is not spoken of where the server asked for none", () => {
    const ended = { firstCloser: "server", closedAt: mark(0.08) } as const;
    const request = rhythm({ since: mark(0.05), records: [1, 0], smallTurns: 0, unasked: [0, 0], answerBytes: null });
    const turned = { handshakeComplete: true, refusal: mark(0.07), rhythm: request };
    const causes = (answer: "none" | "not-asked") =>
      judge(analysisOf([openingTls({ ...turned, clientCertificate: asked(answer) }, ended)]))
        .filter(({ ruleId }) => ruleId === "tls.handshake.failed")
        .flatMap((finding) => finding.causes.map(({ id }) => id));
    expect(causes("none")).toEqual(["clientCertificateMissing"]);
    expect(causes("not-asked")).not.toContain("clientCertificate");
    expect(causes("not-asked")).toContain("handlerThrew");
  });
});

test("bytes of the server's hello that never came are a hole of the path", () => {
  const holed = openingTls(
    { serverHello: null, applicationDataBytes: [0, 0] },
    {
      firstCloser: "client",
      closedAt: mark(24),
      server: { dataSegments: 0, firstData: null, lastData: null, lastAcknowledged: null, missingBytes: 1390 },
    },
  );
  expect(said(holed)).toEqual(["error tcp.path.blackhole hole pathMtu"]);
});

describe("a client that leaves once TLS is up, as Node does that distrusts the certificate", () => {
  const END = 0.25;
  const left = (tls: Partial<TlsFacts> = {}) =>
    openingTls(
      { handshakeComplete: true, applicationDataBytes: [0, 0], whyNot: null, decrypted: true, ...tls },
      { closedAt: mark(END) },
    );
  const about = (connection: ConnectionFacts) => said(connection).filter((line) => line.includes("tcp.open"));
  const alert = (from: "client" | "server", at: number, encrypted: boolean) =>
    ({ ...mark(at), from, level: 1, description: 0, encrypted }) as const;

  test("is told alike with keys and without, also when the server says goodbye behind it", () => {
    const told = ["warning tcp.open.no-request tls certificateNotTrusted"];
    expect(about(left())).toEqual(told);
    expect(about(left({ alerts: [alert("server", END + 0.03, false)] }))).toEqual(told);
    const sealed = { decrypted: false, whyNot: "no-keys" } as const;
    expect(about(left({ ...sealed, alerts: [alert("server", END + 0.03, true)] }))).toEqual(told);
    expect(about(left({ ...sealed, alerts: [alert("client", END - 0.01, true)] }))).toEqual([]);
  });

  test("with a close_notify it is more likely a check of the port", () => {
    const goodbye = alert("client", END, false);
    expect(about(left({ alerts: [goodbye], closings: [goodbye, null] }))).toEqual([
      "note tcp.open.no-request tls portProbe",
    ]);
  });

  test("no other address is suspected before it", () => {
    const [, none] = judge(analysisOf([left()]));
    expect(none?.ruleId).toBe("capture.no-websocket");
    expect(none?.args).toMatchObject({ connections: 1, http: 0, other: 1 });
    expect(none?.causes.map(({ confidence }) => confidence)).toEqual(["possible", "possible"]);
  });
});

describe("a client that leaves in the middle of the handshake without an alert", () => {
  const left = { firstCloser: "client", closedAt: mark(0.1) } as const;
  const causes = (more: Partial<TlsFacts>, tcpFacts: TcpOverrides = left) =>
    judge(
      analysisOf([openingTls({ handshakeComplete: false, applicationDataBytes: [0, 0], ...more }, tcpFacts)]),
    )[0]?.causes.map(({ id, confidence }) => `${confidence} ${id}`);

  test("may be a browser that is asked for a certificate", () => {
    expect(causes({ byBrowser: true, negotiatedVersion: "TLS 1.3" })).toEqual([
      "likely certificateNotTrusted",
      "possible clientCertificate",
    ]);
  });

  test("of other programs, and where the question would be read, it is not", () => {
    expect(causes({ byBrowser: false, negotiatedVersion: "TLS 1.3" })).toEqual(["likely certificateNotTrusted"]);
    expect(causes({ byBrowser: true, negotiatedVersion: "TLS 1.2" })).toEqual(["likely certificateNotTrusted"]);
  });
});
