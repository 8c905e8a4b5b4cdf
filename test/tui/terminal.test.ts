import { chmod, copyFile, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type PacketSpec, tcpStory } from "../support/hostile-capture.ts";
import { program, wscap } from "../support/run-cli.ts";
import { Tmux, tmuxMissing } from "../support/tmux.ts";

let folder = "";
let capture = "";
let tmux: Tmux;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "wscap-tui-"));
  capture = join(folder, "trouble.pcapng");
  await copyFile("captures/trouble.pcapng", capture);
});

afterEach(async () => {
  await tmux?.close();
  await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
});

async function load(columns: number, rows: number, args = "", file = capture): Promise<void> {
  tmux = await Tmux.open(columns, rows);
  await tmux.type(`clear; node ${program} load ${args} ${file}; echo ended with $?`);
  await tmux.press("Enter");
  await tmux.until(/wscap +1 /);
}

describe.skipIf(tmuxMissing !== null)("the screen in a real terminal", () => {
  it.each([
    [80, 24],
    [140, 45],
  ])("leads from the list to the reason at %i×%i, and gives the terminal back", async (columns, rows) => {
    await load(columns, rows);
    await tmux.until("missing pong");
    expect(await tmux.modes()).toEqual({ alternate: true, cursor: false, mouse: true });
    await tmux.press("Enter");
    await tmux.until(/›◆ +8\.1685 +117 .*pong/);
    await tmux.press("]");
    await tmux.until(/›◆ +18\.1674 +201 .*ping/);
    await tmux.press("Enter");
    await tmux.until("› Detail");
    await tmux.until(/Opcode +0x9 ping/);
    await tmux.press("Escape");
    await tmux.until("› Ladder");
    await tmux.press("Escape");
    await tmux.until("What happened");
    await tmux.press("e");
    await tmux.until("ws.pong.missing · missing pong");
    await tmux.press("3");
    await tmux.until("3 MISSING");
    await tmux.press("4");
    await tmux.until("Close codes");
    await tmux.press("?");
    await tmux.until("one line up");
    await tmux.press("Escape");
    await tmux.until("Close codes");
    await tmux.press("q");
    const screen = await tmux.until("ended with 0");
    expect(screen).not.toContain("Connections");
    expect(await tmux.modes()).toEqual({ alternate: false, cursor: true, mouse: false });
  });

  it("speaks Chinese and keeps a Chinese note over a restart", async () => {
    await load(80, 24, "--lang zh-CN");
    await tmux.until("缺少 pong");
    await tmux.press("a");
    await tmux.until("连接 #1 的备注");
    await tmux.type("客户端冻结了");
    await tmux.press("Enter");
    await tmux.type("看 CPU");
    await tmux.press("C-s");
    await tmux.until("✎ 客户端冻结了");
    await tmux.until("备注保存在");
    await tmux.press("q");
    await tmux.until("ended with 0");
    const kept = JSON.parse(await readFile(`${capture}.wscap.json`, "utf8")) as { notes: { text: string }[] };
    expect(kept.notes.map(({ text }) => text)).toEqual(["客户端冻结了\n看 CPU"]);
    await tmux.close();
    await load(80, 24);
    await tmux.until("✎ 看 CPU");
    await tmux.press("D");
    await tmux.until("note deleted");
    await tmux.press("u");
    await tmux.until("✎ 看 CPU");
  });

  it("leaves a damaged sidecar alone", async () => {
    await writeFile(`${capture}.wscap.json`, "{ not json");
    await load(100, 24);
    await tmux.until("damaged");
    await tmux.press("a");
    await tmux.until("Note on connection #1");
    await tmux.type("kept elsewhere");
    await tmux.press("C-s");
    await tmux.until(/notes kept in .*\.2\.json/);
    expect(await readFile(`${capture}.wscap.json`, "utf8")).toBe("{ not json");
    expect(await readFile(`${capture}.wscap.2.json`, "utf8")).toContain("kept elsewhere");
    const path = join(folder, "out.json");
    await tmux.press("s");
    await tmux.until("report as text");
    await tmux.press("Down", "Down", "Down", "C-u");
    await tmux.type(path);
    await tmux.press("Enter");
    await tmux.until("without the notes in");
    expect(await readFile(path, "utf8")).toContain("kept elsewhere");
  });

  it("does not show notes about another capture of the same name, and keeps them", async () => {
    const noted = await wscap([
      "annotate",
      "captures/fin-1006.pcap",
      "--packet",
      "3",
      "elsewhere",
      "--notes",
      join(folder, "n"),
    ]);
    expect(noted.code).toBe(0);
    await copyFile(join(folder, "n"), `${capture}.wscap.json`);
    await load(100, 24);
    await tmux.until("1 note in the sidecar is about another capture");
    await tmux.press("a");
    await tmux.until("Note on connection #1");
    await tmux.type("here");
    await tmux.press("C-s");
    await tmux.until("✎ here");
    // The note is on the screen before it is in the file.
    const kept = async (): Promise<string[]> => {
      const { notes } = JSON.parse(await readFile(`${capture}.wscap.json`, "utf8")) as { notes: { text: string }[] };
      return notes.map(({ text }) => text).sort();
    };
    await expect.poll(kept, { timeout: 10_000 }).toEqual(["elsewhere", "here"]);
  });

  it("shows the notes of all captures, and keeps each beside its own", async () => {
    const other = join(folder, "other.pcap");
    await copyFile("captures/fin-1006.pcap", other);
    await wscap(["annotate", other, "--connection", "0", "no Close frame"]);
    await load(100, 24, other);
    await tmux.until(/✎ +#4/);
    await tmux.press("a");
    await tmux.until("Note on connection #1");
    await tmux.type("the first file");
    await tmux.press("C-s");
    await tmux.until("✎ the first file");
    await tmux.press("Down", "Down", "Down");
    await tmux.until("✎ no Close frame");
    await tmux.press("a");
    await tmux.until("Note on connection #4");
    await tmux.type(" at all");
    await tmux.press("C-s");
    await tmux.until("✎ no Close frame at all");
    await tmux.press("q");
    await tmux.until("ended with 0");
    const texts = async (path: string): Promise<string[]> =>
      (JSON.parse(await readFile(`${path}.wscap.json`, "utf8")) as { notes: { text: string }[] }).notes.map(
        ({ text }) => text,
      );
    expect(await texts(other)).toEqual(["no Close frame at all"]);
    expect(await texts(capture)).toEqual(["the first file"]);
  });

  it("quits only when the notes are kept, and tells on the shell's screen of those that are not", async () => {
    // Somebody else is writing, and never ends.
    await writeFile(`${capture}.wscap.json.lock`, "");
    await load(100, 24);
    await tmux.press("a");
    await tmux.until("Note on connection #1");
    await tmux.type("hold on");
    await tmux.press("C-s", "q");
    expect(await tmux.until("ended with 0")).toMatch(/notes could not be written: Another wscap[\s\S]*ended with 0/);
  });

  it("shows notes that the capture itself holds, and writes none of them anew", async () => {
    const path = join(folder, "noted.pcapng");
    await wscap(["annotate", capture, "--connection", "1", "the device froze"]);
    await wscap(["export", capture, "-o", path]);
    await load(100, 24, "", path);
    await tmux.until("✎ the device froze");
    await tmux.press("Down", "a");
    await tmux.until("Note on connection #2");
    await tmux.type("another");
    await tmux.press("C-s");
    await tmux.until("notes kept in");
    await tmux.press("Up");
    await tmux.until("✎ the device froze");
    const kept = JSON.parse(await readFile(`${path}.wscap.json`, "utf8")) as { notes: { text: string }[] };
    expect(kept.notes.map(({ text }) => text)).toEqual(["another"]);
  });

  it("filters and searches while one types", async () => {
    await load(100, 24);
    await tmux.press("F");
    await tmux.until("filter:");
    await tmux.type("code:10");
    await tmux.until("No connection matches");
    await tmux.type("00");
    await tmux.press("Enter");
    const filtered = await tmux.until("filter: code:1000");
    expect(filtered).toContain("clean, 1000");
    expect(filtered).not.toContain("missing pong");
    await tmux.press("Escape");
    await tmux.until("missing pong");
    await tmux.press("/");
    await tmux.until("search:");
    await tmux.type("50.21");
    await tmux.until(/›✗ +#3/);
    await tmux.press("Enter");
  });

  it("saves a report as `report` prints it, and asks before overwriting", async () => {
    await load(100, 30);
    const path = join(folder, "out.txt");
    for (const answer of ["", "y"]) {
      await tmux.press("s");
      await tmux.until("report as text");
      await tmux.press("C-u");
      await tmux.type(path);
      await tmux.press("Enter");
      if (answer !== "") {
        await tmux.until("Overwrite it?");
        expect(await readFile(path, "utf8")).toBe("old");
        await tmux.press(answer);
      }
      await tmux.until(`saved: ${path}`);
      const { stdout } = await wscap(["report", capture]);
      expect(await readFile(path, "utf8")).toBe(stdout);
      await writeFile(path, "old");
    }
  });

  it("saves the packets of the marked connection for Wireshark", async () => {
    await load(100, 30);
    const path = join(folder, "one.pcapng");
    await tmux.press("Space", "s");
    await tmux.until("report as text");
    await tmux.press("Up", "C-u");
    await tmux.type(path);
    await tmux.press("Enter");
    await tmux.until(`saved: ${path}`);
    const { stdout } = await wscap(["report", "--format", "json", path]);
    const model = JSON.parse(stdout) as { connections: { client: { port: number }; findings: string[] }[] };
    expect(model.connections.map(({ client }) => client.port)).toEqual([43_993]);
    expect(model.connections[0]?.findings).toContain("ws.pong.missing");
  });

  it("follows the size of the window", async () => {
    await load(80, 24);
    await tmux.press("Enter");
    await tmux.until("Opcode");
    await tmux.resize(140, 45);
    await tmux.until(/│ Opcode/);
    await tmux.resize(25, 5);
    await tmux.until("too small");
    await tmux.resize(80, 24);
    await tmux.until(/^Opcode/m);
  });

  it.each(["SIGTERM", "SIGHUP"] as const)("gives the terminal back on %s", async (signal) => {
    await load(80, 24);
    const [pid] = await tmux.processes("load");
    process.kill(pid ?? 0, signal);
    await tmux.until("ended with 130");
    expect(await tmux.modes()).toEqual({ alternate: false, cursor: true, mouse: false });
  });

  it.each(["SIGTERM", "SIGHUP", "a closed window"] as const)("keeps a note that is being written: %s", async (how) => {
    await load(80, 24);
    await tmux.press("a");
    await tmux.until("Note on connection");
    await tmux.type("half a sente");
    await tmux.until("half a sente");
    const [pid] = await tmux.processes("load");
    if (how === "a closed window") await tmux.close();
    else process.kill(pid ?? 0, how);
    await expect
      .poll(() => readFile(`${capture}.wscap.json`, "utf8").catch(() => ""), { timeout: 8000 })
      .toContain("half a sente");
    if (how === "a closed window") return;
    const screen = await tmux.until("ended with 130");
    expect(screen).toContain(".wscap.json");
    expect(await tmux.modes()).toEqual({ alternate: false, cursor: true, mouse: false });
  });

  it("gives the terminal back before it tells of a crash", async () => {
    tmux = await Tmux.open(100, 30);
    const crash = "data:text/javascript,setTimeout(()=>{throw%20new%20Error('boom')},1500)";
    await tmux.type(`clear; node "--import=${crash}" ${program} load ${capture}; echo ended with $?`);
    await tmux.press("Enter");
    const screen = await tmux.until("ended with 70");
    expect(screen).toContain("Error: boom");
    expect(await tmux.modes()).toEqual({ alternate: false, cursor: true, mouse: false });
  });

  it("stops for Ctrl-Z and comes back with fg", async () => {
    await load(80, 24);
    await tmux.press("C-z");
    await tmux.until("Stopped");
    expect((await tmux.modes()).alternate).toBe(false);
    await tmux.type("fg");
    await tmux.press("Enter");
    await tmux.until("missing pong");
    expect((await tmux.modes()).alternate).toBe(true);
    await tmux.press("q");
    await tmux.until(/\$ fg[\s\S]*\n\$/);
    expect(await tmux.modes()).toEqual({ alternate: false, cursor: true, mouse: false });
  });

  it("reads a capture from standard input, keys from the terminal", async () => {
    tmux = await Tmux.open(100, 24);
    await tmux.type(`clear; cat ${capture} | node ${program} load -; echo ended with $?`);
    await tmux.press("Enter");
    await tmux.until("missing pong");
    await tmux.press("Enter");
    await tmux.until(/›◆ .*pong/);
    await tmux.press("q");
    await tmux.until("ended with 0");
  });

  it("tells in words of a capture that is gone, and of another one in its place", async () => {
    await load(80, 24, "--lang zh-CN");
    await rm(capture);
    await tmux.press("Enter");
    await tmux.until(/无法再次读取抓包文件：\s*文件 \S+ 不存在。/);
    await copyFile("captures/frozen-client.pcap", capture);
    await tmux.press("Escape", "Down", "Enter");
    await tmux.until(new RegExp([..."已被换成另一份抓包"].join("\\s*")));
    await tmux.press("]");
    await tmux.until("未能读取该连接");
  });

  it("reads a capture that has grown in the meantime", async () => {
    const whole = await readFile(capture);
    await writeFile(capture, whole.subarray(0, 40_000));
    await load(80, 24);
    await writeFile(capture, whole);
    await tmux.press("Enter");
    await tmux.until(/›◆/);
  });

  it("leaves nothing of what came through a pipe behind when its terminal is closed", async () => {
    tmux = await Tmux.open(80, 24, { TMPDIR: folder });
    await tmux.type(`clear; (cat ${capture}; sleep 20) | node ${program} load -`);
    await tmux.press("Enter");
    await tmux.until(/wscap +1 /);
    const kept = async () => (await readdir(folder)).filter((name) => name.startsWith("wscap-load-"));
    expect(await kept()).toHaveLength(1);
    await tmux.close();
    await expect.poll(kept, { timeout: 10_000 }).toEqual([]);
  });

  it.skipIf(process.getuid?.() !== 0)("opens for a user whom the system has no name for", async () => {
    tmux = await Tmux.open(80, 24);
    await chmod(folder, 0o755);
    await tmux.type(`clear; env -u HOME setpriv --reuid=54321 --clear-groups node ${program} load ${capture}`);
    await tmux.press("Enter");
    await tmux.until(/wscap +1 /);
  });

  it("stops reading on Ctrl-C, keeps what is there through changes of size, and quits on the second", async () => {
    tmux = await Tmux.open(100, 24);
    const fifo = join(folder, "slow");
    await tmux.type(
      `clear; mkfifo ${fifo}; (cat ${capture}; sleep 60) > ${fifo} & node ${program} load ${fifo}; echo ended with $?`,
    );
    await tmux.press("Enter");
    await tmux.until("x stops and keeps what is there");
    await tmux.resize(60, 12);
    await tmux.resize(140, 40);
    await tmux.until("missing pong");
    await tmux.press("C-c");
    await tmux.until(/missing pong[\s\S]*stopped: this is what had been read by then/);
    // What came out of the pipe can be read again.
    await tmux.press("Enter");
    await tmux.until(/›◆ .*pong/);
    await tmux.press("C-c");
    await tmux.until("ended with 0");
    expect(await tmux.modes()).toEqual({ alternate: false, cursor: true, mouse: false });
  });

  it("does not let hostile text reach the terminal", async () => {
    const hostile = join(folder, "hostile.pcap");
    await writeFile(hostile, tcpStory(hostilePackets));
    await wscap(["annotate", hostile, "--connection", "0", `${escapes} by a note`]);
    await load(120, 30, "", hostile);
    await tmux.until("\\e[31mowned by a note");
    await tmux.press("Enter");
    const screen = await tmux.until("Close 1000 “\\e[2J");
    expect(screen).toContain("\\e[?1049l\\e[31mowned");
    expect(screen).toContain("Ladder");
    await tmux.press("g", "Down", "Down", "Enter");
    await tmux.until(/X-Topic +\\e\[2J/);
    await tmux.press("Escape", "Escape", "a");
    await tmux.until("Note on connection #0");
    await tmux.until(/^ \[2J\[\?1049l\[31mowned by a note$/m);
    await tmux.press("Escape", "s");
    await tmux.until("report as text");
    await tmux.press("Escape");
    await tmux.until(/\? help +q quit/);
    expect(await tmux.modes()).toEqual({ alternate: true, cursor: false, mouse: true });
  });
});

const request =
  "GET /im HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
  `X-Topic: ${"\u001b[2J\u001b[?1049l\u001b[31m"}\r\n` +
  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n";
const response =
  "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
  "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";
const escapes = "\u001b[2J\u001b[?1049l\u001b[31mowned";
const hostilePackets: readonly PacketSpec[] = [
  { from: "client", flags: 2, payload: "" },
  { from: "server", flags: 18, payload: "" },
  { from: "client", flags: 16, payload: "" },
  { from: "client", flags: 24, payload: request },
  { from: "server", flags: 24, payload: response },
  { from: "server", flags: 24, payload: `\u0081${String.fromCharCode(escapes.length)}${escapes}` },
  { from: "server", flags: 24, payload: `\u0088${String.fromCharCode(escapes.length + 2)}\u0003\u00e8${escapes}` },
];

describe("where no screen can be drawn", () => {
  it("prints the report, with a word why, into a pipe", async () => {
    const { stdout, stderr, code } = await wscap(["load", capture]);
    expect(code).toBe(0);
    expect(stderr).toContain("The output is no terminal");
    expect(stdout).toBe((await wscap(["report", capture])).stdout);
  });

  it.skipIf(tmuxMissing !== null)("prints it on TERM=dumb, in Chinese too", async () => {
    tmux = await Tmux.open(100, 50, { TERM: "dumb" });
    await tmux.type(
      `clear; TERM=dumb node ${program} load --lang zh-CN ${capture} | head -3; TERM=dumb node ${program} load --lang zh-CN ${capture} >/dev/null; echo done`,
    );
    await tmux.press("Enter");
    await tmux.until("以下是文本报告");
  });

  it("prints the views as text for screen readers", async () => {
    const { stdout, code } = await wscap(["load", "--plain", capture]);
    expect(code).toBe(0);
    expect(stdout).not.toContain("\u001b");
    for (const word of [
      "Connections",
      "missing pong",
      "ws.pong.missing",
      "Heartbeat",
      "Close codes",
      "Ladder #1",
      "reset by the server",
    ])
      expect(stdout).toContain(word);
    expect((await stat(capture)).size).toBeGreaterThan(0);
  });

  it("says on the command line what is no capture", async () => {
    const path = join(folder, "note.txt");
    await writeFile(path, "not a capture at all, only words\n");
    const { code, stderr } = await wscap(["load", "--plain", path]);
    expect(code).toBe(3);
    expect(stderr).toContain("is not a packet capture");
  });
});
