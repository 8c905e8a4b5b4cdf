import { describe, expect, test } from "vitest";
import { connectionId, relativeNs } from "../../src/base/brand.ts";
import { displayWidth } from "../../src/base/display-width.ts";
import { chromeOf } from "../../src/i18n/chrome/chrome.ts";
import { type FrameRow, ndjsonWriter, tableWriter } from "../../src/report/frame-writer.ts";
import { frameSchema, jsonSchemaOf } from "../../src/report/model/schema.ts";
import { createRedactor } from "../../src/report/redact.ts";
import { compileSchema } from "../support/json-schema.ts";

const ORIGIN = 1_795_168_800_000_000_000n;

const row = (given: Partial<FrameRow> = {}): FrameRow => ({
  connection: connectionId(0),
  direction: 1,
  packet: 6,
  lastPacket: 7,
  timestampNs: relativeNs(1_500_000_001),
  opcode: 1,
  fin: true,
  rsv: 4,
  masked: false,
  length: 12,
  compressed: true,
  closeCode: null,
  closeReason: null,
  text: 'say "你好"',
  ...given,
});

const close = row({
  opcode: 8,
  closeCode: 1008,
  closeReason: "policy",
  text: null,
  compressed: false,
  direction: 0,
  masked: true,
});

describe("ndjson", () => {
  const writer = ndjsonWriter(createRedactor(true));

  test("a line is the contract's object", () => {
    const line = writer.line(row(), ORIGIN);
    expect(line.endsWith("}\n")).toBe(true);
    expect(JSON.parse(line)).toEqual({
      connection: 0,
      packet: 6,
      lastPacket: 7,
      time: "2026-11-20T10:00:01.500000001Z",
      from: "server",
      opcode: "text",
      fin: true,
      rsv: 4,
      masked: false,
      length: 12,
      compressed: true,
      closeCode: null,
      closeReason: null,
      text: 'say "你好"',
    });
  });

  test("keys stand in the order of the contract, and ajv accepts every kind of frame", () => {
    const validate = compileSchema(jsonSchemaOf(frameSchema));
    for (const given of [row(), close, row({ opcode: 3, text: null }), row({ opcode: 0, fin: false, text: null })]) {
      const parsed: unknown = JSON.parse(writer.line(given, ORIGIN));
      expect(validate(parsed), JSON.stringify(validate.errors)).toBe(true);
      expect(Object.keys(parsed as object)).toEqual(Object.keys(frameSchema.shape));
    }
  });

  test("hides secrets in texts and reasons", () => {
    const line = writer.line(row({ text: '40/im,{"token":"s3cret"}' }), ORIGIN);
    expect(JSON.parse(line)).toMatchObject({ text: '40/im,{"token":"[redacted:1]"}' });
  });
});

describe("table", () => {
  const writer = tableWriter(createRedactor(true), chromeOf("en"), 100);

  test("columns", () => {
    expect([writer.head, writer.line(row(), ORIGIN), writer.line(close, ORIGIN)]).toEqual([
      " Packet        Time    #  From      Frame              Bytes  Text\n",
      '      6   +1.500000   #0  ↓ server  text deflated         12  say "你好"\n',
      "      6   +1.500000   #0  ↑ client  close                 12  1008 policy\n",
    ]);
  });

  test("hostile text stays text, and one line", () => {
    const line = writer.line(row({ text: `a\nb${String.fromCharCode(0x1b)}[2J` }), ORIGIN);
    expect(line).toContain("a\\nb\\e[2J\n");
  });

  test("in a pipe a very long text is cut with a sign, between whole characters; a long one is whole", () => {
    const pipe = tableWriter(createRedactor(true), chromeOf("en"), Number.POSITIVE_INFINITY);
    const shown = (text: string) => pipe.line(row({ text }), ORIGIN).slice(pipe.head.indexOf("Text"), -1);
    expect(shown("a".repeat(1000))).toBe("a".repeat(1000));
    expect(shown("a".repeat(30_000))).toBe(`${"a".repeat(1000)} … (--format ndjson has the whole text)`);
    expect(shown(`${"a".repeat(999)}🙂`)).toBe(`${"a".repeat(999)} … (--format ndjson has the whole text)`);
    // What was hidden made it short; the rest of it is missing all the same.
    const token = JSON.stringify({ access_token: "T".repeat(5000) });
    expect(shown(token)).toBe('{"access_token":"[redacted:1] … (--format ndjson has the whole text)');
  });

  test.each(["en", "zh-CN"] as const)("never wider than the page (%s)", (language) => {
    const narrow = tableWriter(createRedactor(true), chromeOf(language), 100);
    const line = narrow.line(row({ text: "连接".repeat(100) }), ORIGIN);
    expect(displayWidth(line.trimEnd())).toBeLessThanOrEqual(100);
    expect(displayWidth(line.trimEnd())).toBeGreaterThan(90);
  });
});
