// Makes the tapes of the READMEs: the real program is driven in tmux through the main path of one shipped capture, and
// its screens become one moving SVG for each language. Run after `npm run build`: node test/support/make-tape.mjs
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { terminalSvg } from "./terminal-svg.mjs";
import { TmuxScreen } from "./tmux-screen.mjs";

const COLUMNS = 104;
const ROWS = 28;
const program = resolve("dist/main.js");

/** Key as pressed, as shown, what the screen must show then, how long it stands, and what it is good for. */
const steps = [
  {
    shown: "",
    until: /What happened|发生了什么/,
    ms: 4500,
    en: "A capture opens with what failed on top, and why",
    zh: "打开抓包：失败的连接排在最前，并说明原因",
  },
  {
    keys: ["Enter"],
    shown: "Enter",
    until: /›◆ .*pong/,
    ms: 4000,
    en: "The ladder of the connection, at the last pong",
    zh: "这条连接的时序图，停在最后一个 pong",
  },
  {
    keys: ["]"],
    shown: "]",
    until: /›◆ +18\./,
    ms: 3000,
    en: "The next packet that the finding names: a ping without pong",
    zh: "诊断引用的下一个数据包：没有 pong 的 ping",
  },
  {
    keys: ["]", "]", "]"],
    shown: "]",
    until: /›◆ +48\./,
    ms: 3500,
    en: "… up to the FIN of the server that gave up",
    zh: "……直到服务器放弃等待，发出 FIN",
  },
  {
    keys: ["g", "Down", "Down", "Down", "Down", "Enter", "Tab", "Tab"],
    shown: "Enter  Tab",
    until: /"subscribe"/,
    ms: 3500,
    en: "A message as text, JSON or bytes",
    zh: "查看一条消息：文本、JSON 或十六进制",
  },
  {
    keys: ["Escape", "@", "Escape", "@", "e"],
    shown: "e",
    until: /ws\.pong\.missing ·/,
    ms: 5000,
    en: "What it means, likely causes, what to do",
    zh: "解释：含义、可能的原因、该怎么做",
  },
  {
    keys: ["3"],
    shown: "3",
    until: /● /,
    ms: 4000,
    en: "Heartbeats: who pings, what was answered",
    zh: "心跳：谁发 ping，有没有应答",
  },
  {
    keys: ["1", "a"],
    shown: "a",
    until: /#1/,
    typed: { en: "the device froze here: see CPU load", zh: "设备此时卡死：查看 CPU 占用" },
    ms: 3500,
    en: "A note, kept beside the capture",
    zh: "写一条备注，保存在抓包旁边",
  },
  { keys: ["C-s"], shown: "Ctrl-S", until: /✎/, ms: 2500, en: "It appears in every export, too", zh: "导出时也会带上" },
  {
    keys: ["s"],
    shown: "s",
    until: /pcapng/,
    ms: 4000,
    en: "Save a report, or packets for Wireshark",
    zh: "保存报告，或导出给 Wireshark 的数据包",
  },
];

async function record(language) {
  const folder = mkdtempSync(join(tmpdir(), "wscap-tape-"));
  copyFileSync("captures/trouble.pcapng", join(folder, "trouble.pcapng"));
  const words = language === "zh-CN" ? "zh" : "en";
  const command = [process.execPath, program, "load", "trouble.pcapng", "--lang", language];
  const screen = new TmuxScreen(COLUMNS, ROWS, command, folder);
  try {
    const frames = [];
    for (const step of steps) {
      for (const key of step.keys ?? []) {
        if (key === "@") await screen.until(/./);
        else screen.press(key);
      }
      await screen.until(step.until);
      if (step.typed !== undefined) screen.type(step.typed[words]);
      frames.push({ ansi: await screen.until(step.until), ms: step.ms, key: step.shown, caption: step[words] });
    }
    return frames;
  } finally {
    screen.close();
    rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }
}

for (const [language, suffix, title] of [
  ["en", "", "wscap load: from the list of connections to the reason of a failure"],
  ["zh-CN", ".zh-CN", "wscap load：从连接列表到故障原因"],
]) {
  const fonts =
    "ui-monospace,'DejaVu Sans Mono',Menlo,Consolas,'Noto Sans Mono CJK SC','PingFang SC','Microsoft YaHei',monospace";
  const svg = terminalSvg(await record(language), { columns: COLUMNS, rows: ROWS, title, fonts });
  writeFileSync(`.pictures/tape${suffix}.svg`, svg);
  process.stdout.write(`.pictures/tape${suffix}.svg ${(svg.length / 1024).toFixed(0)} KiB\n`);
}
