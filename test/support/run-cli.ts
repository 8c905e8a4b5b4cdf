import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("../..", import.meta.url));
export const program = fileURLToPath(new URL("../../dist/main.js", import.meta.url));

export interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly environment?: Readonly<Record<string, string>>;
  /** Bytes for standard input; without them it is empty. */
  readonly input?: Uint8Array;
  readonly directory?: string;
  /** The id of who runs it; without it whoever runs the tests. */
  readonly user?: number;
}

/** Nothing of the machine's own language or colours. */
const CLEAN = { PATH: process.env["PATH"] ?? "", HOME: process.env["HOME"] ?? "", LC_ALL: "C.UTF-8" };

/** Runs the built program as a person would. */
export function wscap(args: readonly string[], options: RunOptions = {}): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [program, ...args], {
      cwd: options.directory ?? root,
      env: { ...CLEAN, ...options.environment },
      stdio: "pipe",
      ...(options.user === undefined ? {} : { uid: options.user, gid: options.user }),
    });
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    child.stdout.on("data", (chunk: Buffer) => out.push(chunk));
    child.stderr.on("data", (chunk: Buffer) => err.push(chunk));
    child.on("error", reject);
    child.on("close", (code) =>
      resolve({ code, stdout: Buffer.concat(out).toString(), stderr: Buffer.concat(err).toString() }),
    );
    // A program that reads nothing closes its end: not our concern.
    child.stdin.on("error", () => undefined);
    child.stdin.end(options.input);
  });
}
