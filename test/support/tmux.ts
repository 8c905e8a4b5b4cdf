import { execFile, execFileSync } from "node:child_process";
import { promisify } from "node:util";
import { NotInTime } from "./not-in-time.ts";
import { root } from "./run-cli.ts";

const run = promisify(execFile);

function found(): boolean {
  try {
    execFileSync("tmux", ["-V"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

/** Why the screen cannot be tested for real here; null: it can. `WSCAP_REQUIRE_ALL=1` makes a missing tmux a failure. */
export const tmuxMissing: string | null = found() ? null : "tmux is not installed";

if (tmuxMissing !== null && process.env["WSCAP_REQUIRE_ALL"] === "1") throw new Error(tmuxMissing);

const PATIENCE_MS = 15_000;
const LOOK_EVERY_MS = 40;

/** A real terminal with a shell in it, on a server of its own. */
export class Tmux {
  private readonly server: string;

  private constructor(server: string) {
    this.server = server;
  }

  static async open(columns: number, rows: number, environment: Readonly<Record<string, string>> = {}): Promise<Tmux> {
    const tmux = new Tmux(`wscap-test-${process.pid}-${Math.random().toString(36).slice(2)}`);
    const variables = Object.entries({ LC_ALL: "C.UTF-8", PS1: "$ ", CI: "false", ...environment });
    await tmux.run(
      "new-session",
      "-d",
      "-x",
      String(columns),
      "-y",
      String(rows),
      "-c",
      root,
      "env",
      ...variables.map((pair) => pair.join("=")),
      "bash",
      "--norc",
    );
    await tmux.run("set-option", "-g", "default-terminal", "tmux-256color");
    return tmux;
  }

  private async run(...args: readonly string[]): Promise<string> {
    // In a locale without UTF-8 tmux would write "_" for every other character, and take keys apart.
    const env = { ...process.env, LC_ALL: "C.UTF-8" };
    const { stdout } = await run("tmux", ["-L", this.server, "-f", "/dev/null", ...args], { env });
    return stdout;
  }

  /** tmux's names of keys: Enter, Escape, C-c, PageDown. */
  async press(...keys: readonly string[]): Promise<void> {
    for (const key of keys) {
      await this.run("send-keys", key);
      // Esc and what follows must not come as one sequence.
      if (key === "Escape") await new Promise((resolve) => setTimeout(resolve, 60));
    }
  }

  type = (text: string): Promise<string> => this.run("send-keys", "-l", text);

  screen = (): Promise<string> => this.run("capture-pane", "-p");

  resize = (columns: number, rows: number): Promise<string> =>
    this.run("resize-window", "-x", String(columns), "-y", String(rows));

  /** Whether the alternate screen is on, and whether the cursor is shown. */
  async modes(): Promise<{ alternate: boolean; cursor: boolean; mouse: boolean }> {
    const out = await this.run("display-message", "-p", "#{alternate_on} #{cursor_flag} #{mouse_any_flag}");
    const [alternate, cursor, mouse] = out
      .trim()
      .split(" ")
      .map((flag) => flag === "1");
    return { alternate: alternate === true, cursor: cursor === true, mouse: mouse === true };
  }

  /** Process ids of programs under the shell whose command line holds a text. */
  async processes(text: string): Promise<number[]> {
    const shell = Number((await this.run("display-message", "-p", "#{pane_pid}")).trim());
    const { stdout } = await run("ps", ["-eo", "pid=,ppid=,args="]);
    const all = stdout.split("\n").map((line) => /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line));
    const under = new Set([shell]);
    const matching: number[] = [];
    for (const line of all) {
      if (line === null || !under.has(Number(line[2]))) continue;
      under.add(Number(line[1]));
      if (line[3]?.includes(text)) matching.push(Number(line[1]));
    }
    return matching;
  }

  /** The screen, as soon as it holds what is expected; what stood there instead otherwise. */
  async until(expected: string | RegExp): Promise<string> {
    const holds = (screen: string): boolean =>
      typeof expected === "string" ? screen.includes(expected) : expected.test(screen);
    const started = Date.now();
    for (;;) {
      const screen = await this.screen();
      if (holds(screen)) return screen;
      if (Date.now() - started > PATIENCE_MS) throw new NotInTime(`${expected}; the screen is:\n${screen}`);
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
    }
  }

  async close(): Promise<void> {
    await this.run("kill-server").catch(() => undefined);
  }
}
