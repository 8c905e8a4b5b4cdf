import { describe, expect, test } from "vitest";
import { buildReport, type ModelOptions } from "../../../src/report/model/model.ts";
import { jsonSchemaOf, reportSchema } from "../../../src/report/model/schema.ts";
import { createRedactor } from "../../../src/report/redact.ts";
import type { Finding } from "../../../src/rules/types.ts";
import { analysis, beat, connection, frameCounts, half, mark, tcp, webSocket } from "../../support/analysis-facts.ts";
import { compileSchema } from "../../support/json-schema.ts";

const options: ModelOptions = {
  version: "0.1.0",
  language: "en",
  redactor: createRedactor(true),
  words: (finding) => ({
    title: `title of ${finding.ruleId}`,
    detail: "it asked for /im?token=s3cret-token",
    evidence: finding.evidence.map((item) => `what ${item.packet} shows`),
    causes: finding.causes.map(({ id }) => ({ cause: `cause ${id}`, fix: `fix ${id}` })),
  }),
};

const rst = {
  ...mark(20, 30.5),
  from: "server",
  state: "established",
  afterFin: false,
  ignored: false,
  oddities: [],
  likelyInjected: false,
  hopLimit: 64,
  usualHopLimit: 64,
  payloadBytes: 0,
  answers: null,
  hasAck: true,
  missedBytes: 0,
} as const;

const finding = {
  ruleId: "tcp.rst",
  variant: "established",
  severity: "error",
  confidence: "certain",
  connectionId: 0,
  alsoConnections: [1],
  followsFrom: null,
  timestampNs: 30.5e9,
  args: {},
  evidence: [{ ...mark(20, 30.5), what: "rst", args: {} }],
  causes: [{ id: "serverCrashed", args: {}, confidence: "likely" }],
  wiresharkFilter: "tcp.port == 50000",
} as unknown as Finding;

const rich = analysis(
  [
    connection(0, {
      tcp: tcp({ ending: "rst", resets: [rst] }),
      webSocket: webSocket({
        frames: [frameCounts({ text: 3, pong: 1 }), frameCounts({ ping: 2, close: 1, payloadBytes: 9 })],
        heartbeat: [
          beat(),
          beat({
            pings: 2,
            answered: 1,
            missing: 1,
            intervalMs: 10_000,
            roundTripMs: { min: 1, median: 1, p95: 1, max: 1 },
          }),
        ],
        closeFrames: [
          null,
          {
            ...mark(19, 30),
            code: 1008,
            codeMissing: false,
            laterCode: null,
            reason: '{"token":"s3cret-token"}',
            delivered: true,
          },
        ],
      }),
    }),
    connection(1, { kind: "upgrade-refused", webSocket: null }),
    connection(2, { kind: "tcp-refused", webSocket: null, upgrade: null }),
  ],
  { otherPackets: { udp: 3 } },
);

describe("report --format json", () => {
  const model = buildReport(rich, [finding], options);

  test("is what the published schema says, as ajv judges", () => {
    const validate = compileSchema(jsonSchemaOf(reportSchema));
    expect(validate(JSON.parse(JSON.stringify(model))), JSON.stringify(validate.errors)).toBe(true);
  });

  test("keeps the order of the contract", () => {
    expect(Object.keys(model)).toEqual(Object.keys(reportSchema.shape));
    expect(Object.keys(model.connections[0] ?? {})).toEqual(Object.keys(reportSchema.shape.connections.element.shape));
    expect(Object.keys(model.findings[0] ?? {})).toEqual(Object.keys(reportSchema.shape.findings.element.shape));
    expect(Object.keys(model.captures[0] ?? {})).toEqual(Object.keys(reportSchema.shape.captures.element.shape));
  });

  test("counts", () => {
    expect(model.totals).toEqual({
      packets: 20,
      connections: 3,
      webSockets: 1,
      upgradesRefused: 1,
      frames: 7,
      messages: 7,
      findings: { error: 1, warning: 0, note: 0 },
      notDecoded: { udp: 3 },
    });
  });

  test("a finding stands with each connection that it is about", () => {
    expect(model.connections.map((c) => c.findings)).toEqual([["tcp.rst"], ["tcp.rst"], []]);
  });

  test("absolute times", () => {
    expect(model.findings[0]?.time).toBe("2026-11-20T10:00:30.500000000Z");
    expect(model.connections[0]?.tcp.resets[0]?.time).toBe("2026-11-20T10:00:30.500000000Z");
  });

  test("the upgrade", () => {
    expect(model.connections[0]?.upgrade).toMatchObject({
      requestPacket: 4,
      responsePacket: 5,
      method: "GET",
      host: "10.0.0.2:8080",
      origin: "http://localhost:5173",
      protocolsOffered: ["chat", "superchat"],
      protocol: "chat",
      status: 101,
      extensions: null,
    });
  });

  test("one secret in three places is one tag", () => {
    const json = JSON.stringify(model);
    expect(json).not.toContain("s3cret");
    expect(model.connections[0]?.upgrade?.target).toBe("/im?token=[redacted:1]");
    expect(model.connections[0]?.close.frames.server?.reason).toBe('{"token":"[redacted:1]"}');
    expect(model.findings[0]?.detail).toBe("it asked for /im?token=[redacted:1]");
    expect(model.redaction).toEqual({ applied: true, hidden: 1 });
  });

  test("--no-redact shows it and says so", () => {
    const open = buildReport(rich, [finding], { ...options, redactor: createRedactor(false) });
    expect(open.connections[0]?.upgrade?.target).toBe("/im?token=s3cret-token");
    expect(open.redaction).toEqual({ applied: false, hidden: 0 });
  });

  test("a capture without packets has findings without a time", () => {
    const empty = buildReport(
      analysis([], { originNs: null, packets: 0 }),
      [{ ...finding, connectionId: null, evidence: [], alsoConnections: [] }],
      options,
    );
    expect(empty.findings[0]?.time).toBeNull();
    expect(compileSchema(jsonSchemaOf(reportSchema))(JSON.parse(JSON.stringify(empty)))).toBe(true);
  });

  test("of one direction nobody knows whether its pings were answered", () => {
    const pinged = (oneWay: boolean) => {
      const heartbeat = [beat(), beat({ pings: 4, missing: 3, pending: 1 })] as const;
      const halves = [half({ packets: oneWay ? 0 : 9 }), half({ dataSegments: 5 })] as const;
      const one = connection(0, { tcp: tcp({ oneWay, halves }), webSocket: webSocket({ heartbeat }) });
      return buildReport(analysis([one]), [], options).connections[0]?.heartbeat.server.missing;
    };
    expect([pinged(false), pinged(true)]).toEqual([3, 0]);
  });

  test("times of day are those of the file, also where its clock was set forward", () => {
    const stepped = analysis([connection(0, { first: mark(1, 0), last: mark(20, 30) })]);
    const [capture] = stepped.captures;
    const captures = capture ? [{ ...capture, stepsForward: [{ at: mark(10, 10), ns: 3600e9 }] }] : [];
    const [one] = buildReport({ ...stepped, captures }, [], options).connections;
    expect([one?.startTime, one?.endTime]).toEqual([
      "2026-11-20T10:00:00.000000000Z",
      "2026-11-20T11:00:30.000000000Z",
    ]);
  });
});
