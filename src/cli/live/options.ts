import { EXIT, UserError } from "../../base/user-error.ts";
import type { Timer } from "../../rules/context/timers.ts";
import type { Finding } from "../../rules/types.ts";
import { type SpoolPlan, scratchPlan } from "../../source/live/spool.ts";
import type { BackendName } from "../../source/live/types.ts";
import type { KeyLogOption } from "../captures/key-log-file.ts";
import { statOf } from "../captures/stat-of.ts";

export const BACKENDS = ["auto", "tcpdump", "dumpcap", "cap"] as const;
export const LIVE_FORMATS = ["text", "ndjson"] as const;

export const captureDefaults = {
  /** Larger than any packet that Linux hands out (65,535 bytes and a link header): nothing is cut. */
  snaplen: 65_600,
  /** MiB */
  buffer: 64,
} as const;

export interface LiveOptions extends KeyLogOption {
  readonly interface?: string;
  readonly port?: readonly number[];
  readonly filter?: string;
  readonly write?: string;
  readonly backend: "auto" | BackendName;
  readonly remote?: string;
  readonly duration?: number;
  readonly count?: number;
  readonly snaplen: number;
  readonly buffer: number;
  readonly highRate?: boolean;
  readonly ring?: Ring;
  readonly rotate?: number;
  readonly trigger?: string;
  readonly before: number;
  readonly after: number;
  readonly headless?: boolean;
  readonly format?: (typeof LIVE_FORMATS)[number];
  readonly redact: boolean;
  readonly timer?: readonly Timer[];
}

export interface Ring {
  readonly files: number;
  readonly bytes: number;
}

const invalid = (option: string, value: string, allowed: string): UserError =>
  new UserError(EXIT.usage, "usage.invalid-value", { option, value, allowed });

/** Parser of an option that takes a whole number, or with `fraction` any. */
export const numberOption =
  (option: string, least: number, most: number, fraction = false) =>
  (value: string): number => {
    const number = (fraction ? /^\d+(\.\d+)?$/ : /^\d+$/).test(value) ? Number(value) : Number.NaN;
    if (!(number >= least && number <= most)) throw invalid(option, value, `${least} … ${most}`);
    return number;
  };

const UNITS: Readonly<Record<string, number>> = { "": 1e6, k: 1e3, m: 1e6, g: 1e9 };

/** "10x100M": so many files of such a size. */
export function ringOption(value: string): Ring {
  const [, files = "", size = "", unit = ""] = /^(\d{1,6})\s*[x×]\s*(\d{1,9})\s*([kmg]?)b?$/i.exec(value) ?? [];
  const ring = { files: Number(files), bytes: Number(size) * (UNITS[unit.toLowerCase()] ?? 0) };
  if (ring.files < 2 || ring.bytes < 1e4) throw invalid("--ring", value, "10x100M (2x10k …)");
  return ring;
}

const SEVERITIES = ["error", "warning", "note"];

/** `--trigger` means a rule, all rules that begin so ("ws.pong"), or all of a severity or worse. */
export function isTrigger(wanted: string, { ruleId, severity }: Pick<Finding, "ruleId" | "severity">): boolean {
  const worst = SEVERITIES.indexOf(wanted);
  if (worst >= 0) return SEVERITIES.indexOf(severity) <= worst;
  return ruleId === wanted || ruleId.startsWith(`${wanted}.`);
}

/** Throws `UserError` (exit 2) for a trigger that can never come. */
export function checkTrigger(wanted: string | undefined, ruleIds: readonly string[]): void {
  if (wanted === undefined || SEVERITIES.includes(wanted)) return;
  if (!ruleIds.some((id) => id === wanted || id.startsWith(`${wanted}.`))) {
    throw new UserError(EXIT.usage, "usage.unknown-rule", { name: wanted });
  }
}

/** `given`: which of --before and --after. Throws `UserError` (exit 2) where there is nothing to be before or after. */
export function checkAround(trigger: string | undefined, [given]: readonly string[]): void {
  if (trigger === undefined && given !== undefined)
    throw new UserError(EXIT.usage, "usage.needs-trigger", { option: `--${given}` });
}

/** Only a file can be written to under another name first. Throws `UserError` (exit 2). */
function checkTarget(path: string): void {
  const target = statOf(path, EXIT.usage, "output.unwritable");
  if (target === undefined || target.isFile()) return;
  throw new UserError(EXIT.usage, target.isDirectory() ? "usage.write-directory" : "usage.write-not-file", {
    name: path,
  });
}

/** Throws `UserError` (exit 2) where standard output cannot be the capture. */
export function checkStdout({ write, format }: Pick<LiveOptions, "write" | "format">, isTerminal: boolean): void {
  if (write !== STDOUT) return;
  if (format !== undefined) throw new UserError(EXIT.usage, "usage.write-pipe-format", { option: "--format" });
  if (isTerminal) throw new UserError(EXIT.usage, "usage.write-terminal");
}

/** While waiting for a trigger the past is held in so many files at least: one goes at a time. */
const TRIGGER_PARTS = 6;

type SpoolOptions = Pick<LiveOptions, "write" | "ring" | "rotate" | "trigger" | "before" | "after">;

/** `-w -`: what is captured goes to standard output. */
export const STDOUT = "-";

/** Throws `UserError` (exit 2) where options need `-w FILE`. */
export function spoolPlanOf(options: SpoolOptions): SpoolPlan {
  const { write, ring, rotate, trigger, before, after } = options;
  if (write === undefined || write === STDOUT) {
    const needing = ring ? "--ring" : rotate ? "--rotate" : trigger ? "--trigger" : null;
    const messageId = write === STDOUT ? "usage.write-pipe-options" : "usage.needs-write";
    if (needing !== null) throw new UserError(EXIT.usage, messageId, { option: needing });
    return scratchPlan;
  }
  checkTarget(write);
  const fileSeconds = trigger === undefined ? (rotate ?? null) : Math.max(1, before / TRIGGER_PARTS);
  return {
    path: write,
    fileBytes: ring?.bytes ?? null,
    fileSeconds,
    files: ring?.files ?? null,
    trigger: trigger === undefined ? null : { beforeSeconds: before, afterSeconds: after },
  };
}
