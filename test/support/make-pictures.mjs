// Makes the pictures of the READMEs from a shipped capture: the TUI as tmux shows it, and the HTML report in Chromium.
// Needs tmux and Chromium (CHROMIUM=path); run after `npm run build`: node test/support/make-pictures.mjs
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "playwright-core";
import { terminalSvg } from "./terminal-svg.mjs";
import { TmuxScreen } from "./tmux-screen.mjs";

const CAPTURE = "captures/trouble.pcapng";
const OUT = ".pictures";
const COLUMNS = 118;
const ROWS = 32;
const FONTS = "'DejaVu Sans Mono','Noto Sans Mono CJK SC',monospace";
const folder = mkdtempSync(join(tmpdir(), "wscap-pictures-"));

/** The screen after some keys as a picture. */
async function terminalPage(language, keys, until) {
  const command = [process.execPath, "dist/main.js", "load", CAPTURE, "--lang", language];
  const screen = new TmuxScreen(COLUMNS, ROWS, command, process.cwd());
  try {
    await screen.until(/#1/);
    screen.press(...keys);
    const ansi = await screen.until(until);
    const svg = terminalSvg([{ ansi }], { columns: COLUMNS, rows: ROWS, title: "wscap load", fonts: FONTS });
    return `<!DOCTYPE html><meta charset="utf-8"><body style="margin:0;background:#0d1117">${svg}`;
  } finally {
    screen.close();
  }
}

mkdirSync(OUT, { recursive: true });
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-background-networking"],
});

async function picture(page, html, name, options = {}) {
  const path = join(folder, `${name}.html`);
  writeFileSync(path, html);
  await page.goto(`file://${path}`);
  await page.screenshot({ path: `${OUT}/${name}.png`, ...options });
}

try {
  for (const [language, suffix] of [
    ["en", ""],
    ["zh-CN", ".zh-CN"],
  ]) {
    const page = await browser.newPage({ viewport: { width: 1180, height: 720 } });
    const run = (...args) =>
      execFileSync(process.execPath, ["dist/main.js", ...args, "--lang", language], { encoding: "utf8" });
    await picture(page, run("report", CAPTURE, "--format", "html"), `report${suffix}`);
    await page.emulateMedia({ colorScheme: "dark" });
    await picture(page, await terminalPage(language, [], /#1/), `tui${suffix}`);
    const box = await page.locator("svg").boundingBox();
    await page.setViewportSize({ width: Math.ceil(box.width), height: Math.ceil(box.height) });
    await page.screenshot({ path: `${OUT}/tui${suffix}.png` });
    await picture(page, await terminalPage(language, ["Down", "Enter"], /#2/), `ladder${suffix}`);
    await page.close();
  }
} finally {
  await browser.close();
  rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
}
