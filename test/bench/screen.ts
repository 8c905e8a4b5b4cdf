import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync } from "node:fs";

/** What the painter writes at the end of each frame. */
export const END_OF_FRAME = "\u001b[?2026l";
const CLOCK_TICKS_PER_SECOND = 100;
/** Nothing measured here takes so long: a frame that has not come by then never will. */
const PATIENCE_MS = 30_000;

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

export function quantile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0;
}

/** The program on a pseudo-terminal of `script` (util-linux): keys in, frames out. */
export class Screen {
  private readonly child: ChildProcess;
  private seen = "";
  private waiting: { until: string; resolve: () => void } | null = null;
  private readonly started = performance.now();

  /** `command`: of a shell. `within`: words before it, such as `ip netns exec NAME`. */
  constructor(rows: number, columns: number, command: string, within: readonly string[] = []) {
    const sized = `stty rows ${rows} cols ${columns}; exec ${command}`;
    const [program = "script", ...words] = [...within, "script", "-qfec", sized, "/dev/null"];
    this.child = spawn(program, words, {
      env: { ...process.env, TERM: "xterm-256color", CI: "false", NO_COLOR: "", LC_ALL: "C.UTF-8" },
      stdio: ["pipe", "pipe", "inherit"],
    });
    this.child.stdout?.setEncoding("utf8").on("data", (text: string) => {
      this.seen += text;
      this.look();
    });
  }

  private look(): void {
    const { waiting } = this;
    if (waiting === null || !this.seen.includes(waiting.until)) return;
    this.waiting = null;
    waiting.resolve();
  }

  /** Resolves once a text has come since the last key; throws when it never does. */
  async until(text: string): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const came = new Promise<void>((resolve) => {
      this.waiting = { until: text, resolve };
      this.look();
    });
    const never = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        this.child.kill();
        reject(new Error(`the screen never showed ${JSON.stringify(text)}`));
      }, PATIENCE_MS);
    });
    await Promise.race([came, never]).finally(() => clearTimeout(timer));
  }

  /** Milliseconds from the start of the program to a text on its screen. */
  async open(text: string): Promise<number> {
    await this.until(text);
    return performance.now() - this.started;
  }

  /** Milliseconds from a key to the end of its frame, or to a text that the frame holds. */
  async press(key: string, expected: string = END_OF_FRAME): Promise<number> {
    this.seen = "";
    const began = performance.now();
    this.child.stdin?.write(key);
    await this.until(expected);
    return performance.now() - began;
  }

  /** What has come since the last key. */
  get output(): string {
    return this.seen;
  }

  /** Of the program itself, under `script` and its shell. */
  private get pid(): number {
    let pid = this.child.pid ?? 0;
    for (let depth = 0; depth < 3; depth++) {
      const [first] = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim().split(" ");
      if (first === undefined || first === "" || isProgram(pid)) return pid;
      pid = Number(first);
    }
    return pid;
  }

  cpuMs(): number {
    const [, rest = ""] = readFileSync(`/proc/${this.pid}/stat`, "utf8").split(") ");
    const fields = rest.split(" ");
    return ((Number(fields[11]) + Number(fields[12])) * 1000) / CLOCK_TICKS_PER_SECOND;
  }

  peakMegabytes(): number {
    return Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${this.pid}/status`, "utf8"))?.[1] ?? 0) / 1024;
  }

  async close(...keys: readonly string[]): Promise<void> {
    const ended = new Promise((resolve) => this.child.once("exit", resolve));
    for (const key of ["q", ...keys]) {
      this.child.stdin?.write(key);
      if (keys.length > 0) await pause(500);
    }
    const timer = setTimeout(() => this.child.kill(), PATIENCE_MS);
    await ended;
    clearTimeout(timer);
  }
}

const isProgram = (pid: number): boolean => readFileSync(`/proc/${pid}/cmdline`, "utf8").startsWith(process.execPath);
