import { fromMarkdown } from "mdast-util-from-markdown";
import { gfmFromMarkdown } from "mdast-util-gfm";
import { gfm } from "micromark-extension-gfm";
import { describe, expect, test } from "vitest";
import { renderMarkdown } from "../../src/report/markdown/render-markdown.ts";
import { buildReport } from "../../src/report/model/model.ts";
import { createRedactor } from "../../src/report/redact.ts";
import { sharePage } from "../../src/report/share-page.ts";
import type { Finding } from "../../src/rules/types.ts";
import { analysis, connection, mark } from "../support/analysis-facts.ts";
import { wscap } from "../support/run-cli.ts";

const HOSTILE = [
  "<script>alert(1)</script>",
  "<img src=x onerror=alert(1)>",
  "[click](javascript:alert(1))",
  "![](http://evil.example/pixel.png)",
  "| a | b |",
  "`code` ``` fence",
  "@everyone #1 !2 %milestone",
  "\u001b[31mred\u0007 \u202eevil\u200b",
  "https://evil.example www.evil.example a@evil.example",
  "</details><!-- -->",
];

/** Every node of a Markdown document, as GitHub's dialect reads it. */
function nodesOf(markdown: string): { type: string; value?: string; url?: string }[] {
  const nodes: { type: string; value?: string; url?: string }[] = [];
  const walk = (node: { type: string; children?: unknown[] }): void => {
    nodes.push(node as { type: string });
    for (const child of node.children ?? []) walk(child as { type: string });
  };
  walk(fromMarkdown(markdown, { extensions: [gfm()], mdastExtensions: [gfmFromMarkdown()] }));
  return nodes;
}

describe("hostile text in a finding", () => {
  const redactor = createRedactor(true);
  const finding = {
    ruleId: "tcp.rst",
    variant: "x",
    severity: "error",
    confidence: "certain",
    connectionId: 0,
    alsoConnections: [],
    followsFrom: null,
    timestampNs: 0,
    args: {},
    evidence: [{ ...mark(20, 1), what: "rst", args: {} }],
    causes: [{ id: "serverCrashed", args: {}, confidence: "likely" }],
    wiresharkFilter: "tcp.port == 1",
  } as unknown as Finding;

  test.each(HOSTILE)("%s", (hostile) => {
    const model = buildReport(analysis([connection(0)]), [finding], {
      version: "0",
      language: "en",
      redactor,
      words: () => ({
        title: hostile,
        detail: hostile,
        evidence: [hostile],
        causes: [{ cause: hostile, fix: `${hostile}\n${hostile}` }],
      }),
    });
    const nodes = nodesOf(renderMarkdown(sharePage(model, redactor), []));
    const types = new Set(nodes.map(({ type }) => type));
    expect([...types].filter((type) => ["link", "image", "linkReference", "imageReference"].includes(type))).toEqual(
      [],
    );
    expect(nodes.filter(({ type }) => type === "html").every(({ value }) => value === "<!-- -->")).toBe(true);
    const said = nodes.map(({ value }) => (value === "<!-- -->" ? "" : (value ?? ""))).join("");
    expect(said).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u202a-\u202e\u200b]/);
    const visible = hostile.replace(/[\p{Cc}\p{Cf}].*$/su, "");
    expect(said.replace(/\s/g, "")).toContain(visible.replace(/\s/g, ""));
    // GitHub reads mentions in text, never in code.
    expect(nodes.some(({ type, value }) => type === "text" && /(^|\s)@\w/.test(value ?? ""))).toBe(false);
  });
});

test("the story comes first, then findings, the ladder of what failed, and how to see it", async () => {
  const { stdout, code } = await wscap(["report", "--format", "markdown", "captures/frozen-client.pcap"]);
  expect(code).toBe(0);
  const heads = stdout.split("\n").filter((line) => /^##? /.test(line));
  expect(heads).toEqual([
    "# WebSocket report: frozen-client.pcap",
    "## Findings",
    "## Connection 0, step by step",
    "## All connections",
    "## The capture",
    "## See it for yourself",
  ]);
  const story = stdout.slice(stdout.indexOf("\n- "), stdout.indexOf("## Findings")).trim().split("\n");
  expect(story.length).toBeLessThanOrEqual(10);
  expect(story[0]).toContain("stopped answering pings");
  // Three pings without pong, as tshark shows them too: packets 35, 47 and 59.
  expect(stdout.match(/✗ ping: no pong/g)?.length).toBe(3);
  expect(stdout).toContain("GET /");
});
