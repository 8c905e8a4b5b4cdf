// Makes the pictures of the READMEs from a shipped capture: the TUI as tmux shows it, and the HTML report in Chromium.
// Needs tmux and Chromium (CHROMIUM=path); run after `npm run build`: node test/support/make-pictures.mjs
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "playwright-core";

const CAPTURE = "captures/trouble.pcapng";
const OUT = ".pictures";
const COLUMNS = 118;
const ROWS = 32;
const folder = mkdtempSync(join(tmpdir(), "wscap-pictures-"));
const socket = join(folder, "tmux");
const tmux = (...args) => execFileSync("tmux", ["-S", socket, ...args], { encoding: "utf8" });
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** The screen of a command after some keys, with its colours (SGR sequences). */
async function screen(command, keys) {
  tmux(
    "new-session",
    "-d",
    "-x",
    String(COLUMNS),
    "-y",
    String(ROWS),
    `env CI=false NO_COLOR= COLORTERM=truecolor ${command}`,
  );
  await pause(2500);
  for (const key of keys) {
    tmux("send-keys", key);
    await pause(600);
  }
  const text = tmux("capture-pane", "-e", "-p");
  tmux("kill-server");
  return text;
}

const BASE = ["#3b4252", "#d0454c", "#4f9d69", "#c08a2b", "#4b83d8", "#a66fc4", "#3c9fa8", "#cdd6e3"];
const BRIGHT = ["#7a869a", "#f0666d", "#6cc28b", "#e0ab4c", "#76a8f5", "#c694e0", "#5cc4cd", "#f2f5fa"];
const cube = (n) => (n < 16 ? [...BASE, ...BRIGHT][n] : n > 231 ? grey(8 + (n - 232) * 10) : rgb(n - 16));
const grey = (v) => `rgb(${v},${v},${v})`;
const level = (v) => (v === 0 ? 0 : 55 + v * 40);
const rgb = (n) => `rgb(${level(Math.floor(n / 36))},${level(Math.floor(n / 6) % 6)},${level(n % 6)})`;
const escaped = (text) => text.replace(/[&<>]/g, (c) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;" })[c]);

function applySgr(style, codes) {
  for (let i = 0; i < codes.length; i++) {
    const code = codes[i];
    if (code === 0) for (const key of Object.keys(style)) delete style[key];
    else if (code === 1) style.bold = true;
    else if (code === 2) style.dim = true;
    else if (code === 7) style.inverse = true;
    else if (code === 22) style.bold = style.dim = false;
    else if (code === 27) style.inverse = false;
    else if (code === 38 || code === 48) {
      const key = code === 38 ? "colour" : "ground";
      if (codes[i + 1] === 5) style[key] = cube(codes[i + 2]);
      else style[key] = `rgb(${codes.slice(i + 2, i + 5).join()})`;
      i += codes[i + 1] === 5 ? 2 : 4;
    } else if (code === 39) style.colour = undefined;
    else if (code === 49) style.ground = undefined;
    else if (code >= 30 && code < 38) style.colour = BASE[code - 30];
    else if (code >= 40 && code < 48) style.ground = BASE[code - 40];
    else if (code >= 90 && code < 98) style.colour = BRIGHT[code - 90];
    else if (code >= 100 && code < 108) style.ground = BRIGHT[code - 100];
  }
}

function css({ colour = "#cdd6e3", ground, bold, dim, inverse }) {
  const [front, back] = inverse ? ["#161b22", colour] : [colour, ground];
  return `color:${front};${back ? `background:${back};` : ""}${bold ? "font-weight:700;" : ""}${dim ? "opacity:.62;" : ""}`;
}

function terminalPage(ansi) {
  const style = {};
  const body = ansi
    .split(/(\u001b\[[\d;]*m)/)
    .map((part) => {
      const sgr = /^\u001b\[([\d;]*)m$/.exec(part);
      if (sgr === null) return part === "" ? "" : `<span style="${css(style)}">${escaped(part)}</span>`;
      applySgr(style, sgr[1] === "" ? [0] : sgr[1].split(";").map(Number));
      return "";
    })
    .join("");
  return `<!DOCTYPE html><meta charset="utf-8"><body style="margin:0;background:#161b22"><pre style="margin:0;padding:18px 22px;display:inline-block;font:15px/1.32 'DejaVu Sans Mono','Noto Sans Mono CJK SC',monospace">${body}</pre>`;
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
    const ansi = await screen(`${process.execPath} dist/main.js load ${CAPTURE} --lang ${language}`, []);
    await picture(page, terminalPage(ansi), `tui${suffix}`);
    const box = await page.locator("pre").boundingBox();
    await page.setViewportSize({ width: Math.ceil(box.width), height: Math.ceil(box.height) });
    await page.screenshot({ path: `${OUT}/tui${suffix}.png` });
    const ladder = await screen(`${process.execPath} dist/main.js load ${CAPTURE} --lang ${language}`, [
      "Down",
      "Enter",
    ]);
    await picture(page, terminalPage(ladder), `ladder${suffix}`);
    await page.close();
  }
} finally {
  await browser.close();
  rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
}
