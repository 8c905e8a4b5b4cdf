import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";

export interface Measured {
  readonly seconds: number;
  /** Largest resident set seen; 0 where /proc is not there. */
  readonly peakMegabytes: number;
  readonly status: number | null;
}

/** Nothing of the machine's own: with NODE_EXTRA_CA_CERTS Node reads every certificate at each start, for 80 ms. */
const environment = { PATH: process.env["PATH"] ?? "", HOME: process.env["HOME"] ?? "", LC_ALL: "C.UTF-8" };

/** Runs a command to its end, its output thrown away, and measures the whole process. */
export function measure(command: string, args: readonly string[]): Promise<Measured> {
  return new Promise((resolve, reject) => {
    const began = process.hrtime.bigint();
    const child = spawn(command, args, { env: environment, stdio: ["ignore", "ignore", "ignore"] });
    let peakKilobytes = 0;
    const watch = setInterval(() => {
      peakKilobytes = Math.max(peakKilobytes, highWater(child.pid));
    }, 10);
    child.once("error", reject);
    child.once("exit", (status) => {
      clearInterval(watch);
      const seconds = Number(process.hrtime.bigint() - began) / 1e9;
      resolve({ seconds, peakMegabytes: peakKilobytes / 1024, status });
    });
  });
}

export async function repeated(runs: number, command: string, args: readonly string[]): Promise<Measured[]> {
  const found: Measured[] = [];
  for (let run = 0; run < runs; run++) found.push(await measure(command, args));
  return found;
}

/** The machine's other work only ever adds time. */
export const fastest = (all: readonly Measured[]): Measured =>
  all.reduce((least, one) => (one.seconds < least.seconds ? one : least));

export const medianSeconds = (all: readonly Measured[]): number =>
  all.map(({ seconds }) => seconds).toSorted((a, b) => a - b)[all.length >> 1] as number;

export const best = async (runs: number, command: string, args: readonly string[]): Promise<Measured> =>
  fastest(await repeated(runs, command, args));

function highWater(pid: number | undefined): number {
  try {
    return Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0);
  } catch {
    return 0;
  }
}
