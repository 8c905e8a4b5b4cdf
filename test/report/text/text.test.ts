import { describe, expect, test } from "vitest";
import type { ConnectionId } from "../../../src/base/brand.ts";
import { displayWidth } from "../../../src/base/display-width.ts";
import type { Language } from "../../../src/i18n/language.ts";
import { buildReport } from "../../../src/report/model/model.ts";
import type { ReportModel } from "../../../src/report/model/schema.ts";
import { createRedactor } from "../../../src/report/redact.ts";
import { coloured } from "../../../src/report/text/paint.ts";
import { renderText } from "../../../src/report/text/text.ts";
import type { Finding, Severity } from "../../../src/rules/types.ts";
import type { Analysis, ConnectionFacts } from "../../../src/store/types.ts";
import { endedText as endedInTui } from "../../../src/tui/rows/outcome.ts";
import { analysis, connection, mark, webSocket } from "../../support/analysis-facts.ts";
import { abnormal, close, reset } from "../../support/facts-builder.ts";
import { contextOf } from "../../support/open-desk.ts";
import { namespace, sessionFacts } from "../../support/session-facts.ts";

const FIX = "Let the server ping every 25 s, or set in nginx:\nproxy_read_timeout 3600s;";

const finding = (severity: Severity, connectionId: number | null, given: object = {}): Finding =>
  ({
    ruleId: "ws.close.no-close-frame",
    variant: "fin",
    severity,
    confidence: "certain",
    connectionId,
    alsoConnections: [],
    followsFrom: null,
    timestampNs: 30.5e9,
    args: {},
    evidence: [{ ...mark(19, 30.4), what: "fin", args: {} }],
    causes: [{ id: "idleTimer", args: {}, confidence: "likely" }],
    wiresharkFilter: "tcp.port == 50001",
    ...given,
  }) as unknown as Finding;

const cleanly = connection(0, {
  close: {
    verdict: "clean",
    clientSees: { code: 1000, reason: "", clean: true },
    serverSees: { code: 1000, reason: "", clean: true },
  },
  webSocket: webSocket({
    closeFrames: [
      { ...mark(9, 3), code: 1000, codeMissing: false, laterCode: null, reason: "", delivered: true },
      null,
    ],
  }),
});

/** On the screen, in its list. */
const onScreen = (facts: ConnectionFacts, findings: readonly Finding[] = []): string =>
  endedInTui({ facts, findings, rank: 0, startNs: 0, sharesClient: false }, contextOf("en"));

test.each(["ws.close.code", "http.upgrade.closed-at-once", "sio.connect.refused"])(
  "where %s is told, an end with 1000 is not called clean, in the report or on the screen",
  (ruleId) => {
    const told = [finding("warning", 0, { ruleId })];
    expect(textOf(analysis([cleanly]), told).some((line) => line.endsWith("1000 from client"))).toBe(true);
    expect(onScreen(cleanly, told)).toBe("1000 from client");
    expect(onScreen(cleanly, [finding("warning", 0, { ruleId: "ws.pong.late" })])).toBe("clean, 1000");
  },
);

test("an RST that its receiver took no notice of ended nothing, in both lists", () => {
  const blind = abnormal("server", 40, {
    tcpFacts: { ending: "rst", resets: [reset({ at: 20, from: "client", ignored: true }), reset({ at: 40 })] },
  });
  expect(textOf(analysis([blind]), []).some((line) => line.endsWith("1006, server RST"))).toBe(true);
  expect(onScreen(blind)).toContain("server RST");
});

test("a page that left reads so in both lists, and a reason to leave is not left out", () => {
  const left = (reason: string) => ({
    ...cleanly,
    webSocket: webSocket({ closeFrames: [{ ...close(3, 1001), reason }, null] }),
  });
  const code = finding("note", 0, { ruleId: "ws.close.code" });
  expect(textOf(analysis([left("")]), [code]).some((line) => line.endsWith("1001, client left"))).toBe(true);
  expect(onScreen(left(""), [code])).toBe("1001, client left");
  expect(onScreen(left("idle"), [code])).toBe("1001 from client");
  const sees = { code: 1006, reason: "", clean: false };
  const closedTab = { ...left(""), close: { verdict: "abnormal" as const, clientSees: sees, serverSees: sees } };
  expect(onScreen(closedTab)).toBe("1001, client left");
});

test("what a protocol said right before stands in both lists, whatever is found", () => {
  const at = mark(9, 3);
  const session = sessionFacts({
    socketIo: [namespace({ refused: { ...at, message: "invalid token" } })],
  });
  const refused = { ...cleanly, session };
  expect(textOf(analysis([refused]), []).some((line) => line.endsWith("1000, Socket.IO: invalid token"))).toBe(true);
  expect(onScreen(refused)).toBe("1000, Socket.IO: invalid token");
});

test("a clean end says what it was clean of", () => {
  const ended = (code: number, said: ReportModel["connections"][number]["close"]["said"] = null): string =>
    textOf(analysis([cleanly]), [], {
      change: ({ connections: [c] }) => {
        if (!c) return;
        c.close.said = said;
        for (const one of [c.close.frames.client, c.close.clientSees, c.close.serverSees]) if (one) one.code = code;
      },
    }).findLast((line) => line.includes("↑")) ?? "";
  expect(ended(1000)).toMatch(/clean, 1000$/);
  expect(ended(1001)).toMatch(/1001, client left$/);
  expect(ended(4001)).toMatch(/4001 from client$/);
  const said = ended(1000, { protocol: "STOMP", from: "server", text: "denied\u001b[2J, and so on and on and on" });
  // Never raw, and no longer than leaves room for who spoke with whom.
  expect(said).toMatch(/1000, STOMP: denied[^\u001b]{8,20}…$/);
});

function textOf(
  facts: Analysis,
  findings: readonly Finding[],
  given: {
    language?: Language;
    width?: number;
    title?: string;
    colour?: boolean;
    change?: (m: ReportModel) => void;
  } = {},
): string[] {
  const model = buildReport(facts, findings, {
    version: "0.1.0",
    language: given.language ?? "en",
    redactor: createRedactor(true),
    words: () => ({
      title: given.title ?? "The server closed without a Close frame",
      detail: "A FIN after 20.2 s without a frame.",
      evidence: ["FIN from the server, no Close frame"],
      causes: [{ cause: "an idle timer", fix: FIX }],
    }),
  });
  given.change?.(model);
  const text = renderText(model, { width: given.width ?? 100, ...(given.colour ? { paint: coloured } : {}) });
  return text.split("\n");
}

describe("the first three lines tell what to change", () => {
  test("one error", () => {
    const lines = textOf(analysis([cleanly, connection(1)]), [finding("error", 1)]);
    expect(lines.slice(0, 3)).toEqual([
      "✗ 1 of 2 connections failed: The server closed without a Close frame",
      "  → Let the server ping every 25 s, or set in nginx:",
      "",
    ]);
  });

  test("two errors", () => {
    const lines = textOf(analysis([connection(0), connection(1)]), [finding("error", 1), finding("error", 0)]);
    expect(lines.slice(0, 3)).toEqual([
      "✗ 2 of 2 connections failed, in 2 different ways:",
      "  1. The server closed without a Close frame",
      "     → Let the server ping every 25 s, or set in nginx:",
    ]);
  });

  test("what failed for the same reason counts, a spare connection that only has a note does not", () => {
    const spare = connection(2, {
      kind: "tcp",
      webSocket: null,
      upgrade: null,
      close: { verdict: "none", clientSees: null, serverSees: null },
    });
    const note = finding("note", 2, { ruleId: "tcp.open.no-request", causes: [] });
    const after = finding("note", 1, { followsFrom: "ws.close.no-close-frame", causes: [] });
    const head = (findings: readonly Finding[]) => textOf(analysis([connection(0), connection(1), spare]), findings)[0];
    expect(head([finding("error", 0), note])).toContain("✗ 1 of 2 connections failed");
    expect(head([finding("error", 0), after, note])).toContain("✗ 2 of 2 connections failed");
  });

  test("polls that were refused are no connections that failed", () => {
    const polls = connection(1, {
      kind: "http",
      webSocket: null,
      upgrade: null,
      close: { verdict: "none", clientSees: null, serverSees: null },
    });
    const findings = [finding("error", 0, { alsoConnections: [1 as ConnectionId] })];
    const head = (language: "en" | "zh-CN") => textOf(analysis([connection(0), polls]), findings, { language })[0];
    expect(head("en")).toContain("✗ 1 of 2 connections failed, and requests on 1 more: ");
    expect(head("zh-CN")).toContain("✗ 2 个连接中有 1 个失败，另有 1 个上的请求失败：");
  });

  test("in Chinese", () => {
    const lines = textOf(analysis([connection(0)]), [finding("error", 0)], { language: "zh-CN" });
    expect(lines[0]).toBe("✗ 连接失败：The server closed without a Close frame");
  });

  test("an error that cost no connection", () => {
    const lines = textOf(analysis([cleanly]), [finding("error", 0)]);
    expect(lines[0]).toBe("✗ The server closed without a Close frame");
  });

  test("more than three are counted", () => {
    const lines = textOf(
      analysis([connection(0)]),
      [0, 0, 0, 0, 0].map((id) => finding("error", id)),
    );
    expect(lines).toContain("     and 2 more below");
  });

  test("nothing wrong", () => {
    expect(textOf(analysis([cleanly]), [])[0]).toBe("✓ Nothing is wrong: 1 WebSocket, 1 closed cleanly");
    expect(textOf(analysis([]), [])[0]).toBe("· No WebSocket in this capture, and nothing that failed.");
    const closed = finding("note", null, { ruleId: "tls.not-decrypted" });
    expect(textOf(analysis([]), [closed], { title: "TLS: not decrypted" })[0]).toBe("· TLS: not decrypted");
  });

  test("a warning is no failure", () => {
    expect(textOf(analysis([cleanly]), [finding("warning", 0)])[0]).toBe("! The server closed without a Close frame");
  });

  test("what weakens every statement stands there too", () => {
    const lines = textOf(analysis([cleanly]), [], {
      change: (model) => {
        const [capture] = model.captures;
        if (capture) Object.assign(capture, { endedEarly: "cut-in-record", endedEarlyOffset: 4000, dropped: 7 });
      },
    });
    expect(lines[1]).toBe(
      "! capture.pcapng breaks off at byte 4000 (in the middle of a packet): what came after is not known.",
    );
    const live = textOf(analysis([cleanly]), [], {
      change: (model) => Object.assign(model.captures[0] ?? {}, { name: "eth0", endedEarly: "interface-gone" }),
    });
    expect(live[0]).not.toContain("✓");
    expect(live[1]).toMatch(/^! The capture on eth0 ended before .*\(the interface is gone, or went down\)/);
    expect(lines[2]).toBe("! The capturing computer lost 7 packets: gaps can come from that, not from the network.");
  });
});

describe("a finding", () => {
  const lines = textOf(
    analysis([cleanly, connection(1), connection(2)]),
    [finding("error", 1, { alsoConnections: [2], confidence: "likely" })],
    { width: 120 },
  );

  test("names rule, connection and target, without the token", () => {
    expect(lines).toContain(
      "ERROR  ws.close.no-close-frame  (likely)  connection #1  10.0.0.1:50001 → 10.0.0.2:8080 /im?token=[redacted:1]",
    );
    expect(lines).toContain("  The same on 1 other connection: #2");
  });

  test("where it is stands whole on lines of its own where it does not fit beside the rule", () => {
    const target = `/${"room/".repeat(18)}end`;
    const change = (m: ReportModel) => {
      const [only] = m.connections;
      if (only?.upgrade) only.upgrade.target = target;
    };
    const lines = textOf(analysis([connection(0)]), [finding("error", 0)], { change });
    const at = lines.indexOf("ERROR  ws.close.no-close-frame");
    expect(lines[at + 1]).toMatch(/^ {2}connection #0 {2}\S+ → \S+$/);
    expect(lines[at + 2]).toBe(`  ${target}`);
    // A very long one is cut with a sign after a few lines.
    const long = textOf(analysis([connection(0)]), [finding("error", 0)], {
      change: (m) => {
        const [only] = m.connections;
        if (only?.upgrade) only.upgrade.target = `/${"a".repeat(5000)}`;
      },
    });
    const shown = long.slice(at + 1, long.indexOf(lines[at + 3] ?? ""));
    expect(shown.length).toBeLessThanOrEqual(4);
    expect(shown.at(-1)).toMatch(/…$/);
  });

  test("shows packets with their times after the first packet", () => {
    expect(lines).toContain("        19  +30.400  FIN from the server, no Close frame");
  });

  test("ranks causes, keeps configuration to copy on lines of its own", () => {
    const at = lines.indexOf("    likely  an idle timer");
    expect(lines.slice(at + 1, at + 3)).toEqual([
      "            → Let the server ping every 25 s, or set in nginx:",
      "              proxy_read_timeout 3600s;",
    ]);
  });

  test("ends with the filter to paste", () => {
    expect(lines).toContain("    Wireshark filter: tcp.port == 50001");
  });
});

describe("the connection table", () => {
  test("one line each", () => {
    const lines = textOf(analysis([cleanly, connection(1)]), [finding("error", 1)]);
    const at = lines.indexOf("CONNECTIONS");
    expect(lines.slice(at + 1, at + 4)).toEqual([
      "  #   Start  Client → server                 Path   Frames  Lasted  How it ended",
      "✓ 0  +0.000  10.0.0.1:50000 → 10.0.0.2:8080  /im?…   3↑ 6↓  30.5 s  clean, 1000",
      "✗ 1  +0.000  10.0.0.1:50001 → 10.0.0.2:8080  /im?…   3↑ 6↓  30.5 s  1006, server FIN",
    ]);
  });

  test("a Close that nobody has answered yet is no open connection any more", () => {
    const { tcp } = connection(0);
    const asked = connection(0, {
      close: { verdict: "open", clientSees: null, serverSees: null },
      tcp: { ...tcp, ending: "open", closedAt: null, firstCloser: null },
      webSocket: webSocket({
        closeFrames: [
          { ...mark(9, 3), code: 4000, codeMissing: false, laterCode: null, reason: "", delivered: true },
          null,
        ],
      }),
    });
    expect(textOf(analysis([asked]), []).some((line) => line.endsWith("4000 from client, no answer yet"))).toBe(true);
    expect(onScreen(asked)).toBe("4000 from client, no answer yet");
  });

  test("a narrow page keeps how it ended, and goes without the frames", () => {
    const narrow = textOf(analysis([cleanly]), [], { width: 50 }).join("\n");
    expect(narrow).toMatch(/✓ 0 .* clean, 1000/);
    expect(narrow).not.toContain("Frames");
    expect(textOf(analysis([cleanly]), [], { width: 60 }).join("\n")).toContain("Frames");
  });

  test("failures first when there are too many", () => {
    const many = Array.from({ length: 60 }, (_, id) => ({ ...cleanly, id: connection(id).id }));
    const lines = textOf(analysis(many), [finding("error", 59)]);
    const at = lines.indexOf("CONNECTIONS");
    expect(lines[at + 2]).toMatch(/^✗ 59 /);
    expect(lines).toContain("   … and 10 more connections (--format json has them)");
  });

  test.each([48, 50, 60, 80, 100, 140])("no line is wider than %i columns but filters", (width) => {
    for (const language of ["en", "zh-CN"] as const) {
      const long = connection(1, { client: { address: "2001:db8:1111:2222:3333:4444:5555:6666", port: 50_001 } });
      for (const line of textOf(analysis([cleanly, long]), [finding("error", 1)], { width, language })) {
        if (line.includes("Wireshark")) continue;
        expect(displayWidth(line), line).toBeLessThanOrEqual(width);
      }
    }
  });
});

describe("hostile text", () => {
  const ESCAPE = String.fromCharCode(0x1b);
  const hostile = `red ${ESCAPE}[31m and \u202egnp and \u009b2J`;

  test("cannot send escape sequences or turn the reading order", () => {
    const lines = textOf(
      analysis([connection(1)], {
        otherPackets: { [`x${hostile}`]: 1 },
      }),
      [finding("error", 1)],
      {
        title: hostile,
        change: (model) => {
          const [only] = model.connections;
          if (only?.upgrade) only.upgrade.target = `/${hostile}`;
          const [capture] = model.captures;
          if (capture) capture.name = hostile;
        },
      },
    );
    expect(lines.join("\n")).toContain("red \\e[31m and \\u{202e}gnp and \\u{9b}2J");
    expect(lines.join("\n")).not.toMatch(/[\u001b\u009b\u202e]/u);
  });
});

test("colour adds marks and changes no words", () => {
  const facts = analysis([cleanly, connection(1)]);
  const sgr = new RegExp(`${String.fromCharCode(0x1b)}\\[[\\d;]*m`, "g");
  const painted = textOf(facts, [finding("error", 1)], { colour: true });
  expect(painted.join("\n")).toMatch(sgr);
  expect(painted.map((line) => line.replace(sgr, ""))).toEqual(textOf(facts, [finding("error", 1)]));
});

test("a refused connection has failed, whatever its finding weighs beside others", () => {
  const refusedOnes = [connection(0, { kind: "tcp-refused" }), connection(1, { kind: "upgrade-refused" })];
  const lines = textOf(analysis(refusedOnes), [finding("note", 1)]);
  expect(lines.filter((line) => /^✗ +[01] /.test(line))).toHaveLength(2);
});
