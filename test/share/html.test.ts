import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { HtmlValidate } from "html-validate";
import { type Browser, chromium } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { makeCapture } from "../bench/make-capture.ts";
import { captureOf, clientText, fromServer, openWebSocket, Talk } from "../support/planted-capture.ts";
import { root, wscap } from "../support/run-cli.ts";

const CHROMIUM = process.env["CHROMIUM"] ?? "/usr/bin/chromium";
/** Why the page cannot be opened here; null: it can. */
const chromiumMissing = existsSync(CHROMIUM) ? null : `there is no ${CHROMIUM} (set CHROMIUM)`;
if (chromiumMissing !== null && process.env["WSCAP_REQUIRE_ALL"] === "1") throw new Error(chromiumMissing);

const HOSTILE = [
  "<script>window.evil=1</script>",
  "</script><script>window.evil=2</script>",
  "<img src=x onerror=window.evil=3>",
  "<!--<script>",
  "]]>\u0000\u001b[31m",
  "\u202egnp.exe \u200bhidden",
  "=cmd|'/c calc'!A1",
  "' onmouseover='window.evil=4",
];

let folder = "";
let browser: Browser | null = null;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "wscap-html-"));
  if (chromiumMissing !== null) return;
  browser = await chromium.launch({
    executablePath: CHROMIUM,
    args: ["--no-sandbox", "--disable-background-networking"],
  });
});

afterAll(async () => {
  await browser?.close();
  await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
});

async function pageOf(capture: string, name: string, ...args: string[]): Promise<string> {
  const path = join(folder, `${name}.html`);
  const { code, stderr } = await wscap(["report", "--format", "html", "-o", path, ...args, capture]);
  expect(code, stderr).toBe(0);
  return path;
}

async function hostileCapture(): Promise<string> {
  const talk = new Talk(41000);
  openWebSocket(talk, `/${encodeURIComponent("<script>")}?q=<script>x</script>`, [
    "Origin: http://x/<script>window.evil=5</script>",
    "User-Agent: </title><script>window.evil=6</script>",
  ]);
  for (const payload of HOSTILE) {
    talk.say(0, clientText(payload));
    talk.say(1, fromServer(JSON.stringify({ said: payload })));
  }
  talk.say(1, fromServer(Buffer.concat([Buffer.from([0x0f, 0xa0]), Buffer.from("<b onclick=1>bye</b>")]), 8));
  talk.end("R", 1);
  const path = join(folder, "hostile.pcapng");
  await writeFile(path, captureOf([talk]));
  await wscap(["annotate", path, "--connection", "0", "<script>window.evil=7</script>", "--author", "<i>me</i>"]);
  return path;
}

test("is valid HTML without inline handlers or remote things", async () => {
  const path = await pageOf(await hostileCapture(), "valid");
  const html = await readFile(path, "utf8");
  const validator = new HtmlValidate({
    extends: ["html-validate:standard"],
    rules: {
      "long-title": "off",
      "no-inline-style": "error",
      "require-sri": "off",
      // The roles are on spans because the same place holds each language.
      "prefer-native-element": "off",
      "no-redundant-role": "off",
      "svg-focusable": "off",
    },
  });
  const report = await validator.validateString(html);
  const messages = report.results.flatMap((result) =>
    result.messages.map((m) => `${m.line}: ${m.ruleId} ${m.message}`),
  );
  expect([...new Set(messages)].slice(0, 10)).toEqual([]);
  expect(html).not.toMatch(/\s(?:src|href)\s*=\s*["']?(?:https?:)?\/\//);
  expect(html.match(/<script/g)?.length).toBe(2);
});

describe.skipIf(chromiumMissing !== null)(
  `in Chromium${chromiumMissing === null ? "" : `: ${chromiumMissing}`}`,
  () => {
    const sizes = [
      ["phone", 390, 844],
      ["laptop", 1280, 850],
      ["paper", 794, 1123],
    ] as const;

    test("on paper a ladder that is longer than a page begins under its heading, without an empty card before it", async () => {
      if (browser === null) throw new Error("not launched");
      const page = await browser.newPage({ viewport: { width: 794, height: 1123 } });
      await page.emulateMedia({ media: "print" });
      await page.goto(`file://${await pageOf("captures/trouble.pcapng", "paper-ladder")}`);
      const styleOf = (selector: string, name: string): Promise<unknown> =>
        page.evaluate(`getComputedStyle(document.querySelector(${JSON.stringify(selector)})).${name}`);
      const card = ".card:has(> .ladder)";
      expect([await styleOf(card, "breakInside"), await styleOf(card, "paddingTop")]).toEqual(["auto", "0px"]);
      expect(await styleOf("h2:has(+ .card > .ladder)", "height")).toBe("0px");
      expect(await styleOf("h2", "breakAfter")).toBe("avoid");
      await page.close();
    });

    test.each(sizes)(
      "%s: no error, no request, both languages, filter, hostile text stays text",
      async (name, width, height) => {
        if (browser === null) throw new Error("not launched");
        const path = await pageOf(await hostileCapture(), `hostile-${name}`);
        const page = await browser.newPage({ viewport: { width, height } });
        const trouble: string[] = [];
        page.on("console", (message) => trouble.push(message.text()));
        page.on("pageerror", (error) => trouble.push(String(error)));
        page.on("request", (request) => {
          if (!request.url().startsWith("file:")) trouble.push(request.url());
        });
        if (name === "paper") await page.emulateMedia({ media: "print" });
        await page.goto(`file://${path}`);
        expect(await page.evaluate("window.evil")).toBeUndefined();
        const handlers =
          "[...document.querySelectorAll('*')].filter((e) => e.getAttributeNames().some((n) => n.startsWith('on')))";
        expect(await page.evaluate(`${handlers}.length`)).toBe(0);
        const body = await page.locator("body").innerText();
        expect(body).not.toMatch(/[\u202e\u200b\u001b]/);
        expect(await page.evaluate("document.documentElement.scrollWidth - innerWidth")).toBeLessThanOrEqual(0);
        expect(await page.locator("h1").innerText()).toBe("WebSocket report");
        if (name !== "paper") {
          await page.fill(".find input", "window.evil=1");
          expect(await page.locator(".frames .fr").count()).toBe(2);
          expect(await page.locator(".frames .fr").first().innerText()).toContain("<script>window.evil=1</script>");
          await page.fill(".find input", "");
          await page.click('.switch button[value="zh-CN"]');
          expect(await page.locator("h1").innerText()).toBe("WebSocket 分析报告");
          expect(await page.evaluate("document.documentElement.lang")).toBe("zh-CN");
          // Evidence leads to its place in the ladder.
          await page.click(".finding td a >> nth=0");
          expect(await page.evaluate("document.querySelector(':target') !== null")).toBe(true);
        } else expect((await page.pdf()).length).toBeGreaterThan(10_000);
        expect(trouble).toEqual([]);
        await page.close();
      },
    );

    test("200,000 frames: under 5 MB, opens in under 2 s, filters at once", { timeout: 60_000 }, async () => {
      if (browser === null) throw new Error("not launched");
      const capture = join(folder, "big.pcap");
      makeCapture(capture, {
        connections: 4,
        messages: 200_000,
        messageBytes: 120,
        segmentBytes: 1400,
        compressed: false,
        pingEvery: 50,
      });
      const path = await pageOf(capture, "big");
      expect((await readFile(path)).length).toBeLessThan(5_000_000);
      const page = await browser.newPage();
      await page.goto(`file://${path}`);
      const output = await page.locator(".find output").innerText();
      expect(output).toMatch(/^20000 \/ 2000\d\d$/);
      await page.fill(".find input", "ping");
      expect(await page.locator(".find output").innerText()).not.toBe(output);
      expect(await page.locator(".frames .fr").count()).toBeLessThan(100);
      await page.close();
    });
  },
);

test("--format svg is one drawing by itself", async () => {
  const { stdout, code } = await wscap(["report", "--format", "svg", join(root, "captures/frozen-client.pcap")]);
  expect(code).toBe(0);
  expect(stdout).toMatch(/^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg"/);
  expect(stdout.match(/ping · no pong/g)?.length).toBe(3);
  expect(stdout).not.toContain("<script");
});
