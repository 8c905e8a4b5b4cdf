// A program in a terminal of its own, for pictures: keys in, coloured screens out. Needs tmux.
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const PATIENCE_MS = 15_000;

export class TmuxScreen {
  constructor(columns, rows, command, directory) {
    this.folder = mkdtempSync(join(tmpdir(), "wscap-screen-"));
    const variables = ["-u", "NO_COLOR", "CI=false", "COLORTERM=truecolor", "LC_ALL=C.UTF-8", "TERM=tmux-256color"];
    this.run(
      "new-session",
      "-d",
      "-x",
      String(columns),
      "-y",
      String(rows),
      "-c",
      directory,
      "env",
      ...variables,
      ...command,
    );
  }

  run(...args) {
    const env = { ...process.env, LC_ALL: "C.UTF-8" };
    return execFileSync("tmux", ["-S", join(this.folder, "tmux"), "-f", "/dev/null", ...args], {
      encoding: "utf8",
      env,
    });
  }

  press(...keys) {
    for (const key of keys) this.run("send-keys", key);
  }

  type(text) {
    this.run("send-keys", "-l", text);
  }

  /** The screen with its colours (SGR sequences), once it holds a text. */
  async until(expected) {
    for (const began = Date.now(); ; ) {
      const plain = this.run("capture-pane", "-p");
      if (expected.test(plain)) break;
      if (Date.now() - began > PATIENCE_MS) throw new Error(`never showed ${expected}:\n${plain}`);
      await pause(50);
    }
    await pause(150);
    return this.run("capture-pane", "-e", "-p", "-N");
  }

  close() {
    this.run("kill-server");
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }
}
