import { open, stat } from "node:fs/promises";
import { EXIT, UserError } from "../base/user-error.ts";

export const LOG_LEVELS = ["error", "warn", "info", "debug"] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

type Log = (facts: Readonly<Record<string, unknown>>, message: string) => void;
/** For the person who runs wscap unattended; never on standard output, never payload or targets. */
export type Logger = Readonly<Record<LogLevel, Log>>;

const STDERR = 2;
const quiet: Log = () => undefined;
const SILENT: Logger = { error: quiet, warn: quiet, info: quiet, debug: quiet };

/** pino, loaded only when a log is asked for. */
export async function openLogger(file: string | undefined, level: string | undefined): Promise<Logger> {
  const wanted = LOG_LEVELS.find((known) => known === level);
  if (file === undefined && wanted === undefined) return SILENT;
  if (file !== undefined) await refuseOtherFiles(file);
  const { default: pino } = await import("pino");
  try {
    const log: Logger = pino(
      { level: wanted ?? "info" },
      pino.destination({ dest: file ?? STDERR, sync: true, append: true }),
    );
    return log;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new UserError(EXIT.usage, "log.unwritable", { name: file ?? "stderr", reason: code ?? message });
  }
}

/** A log is appended to. Whatever else has that name, a capture for one, begins with no brace. */
async function refuseOtherFiles(path: string): Promise<void> {
  const told = await stat(path).catch(() => null);
  if (told === null || !told.isFile() || told.size === 0) return;
  const file = await open(path, "r").catch(() => null);
  const read = await file?.read(new Uint8Array(1), 0, 1, 0);
  await file?.close();
  if (read !== undefined && read.buffer[0] !== LOG_LINE)
    throw new UserError(EXIT.usage, "log.not-a-log", { name: path });
}

const LOG_LINE = 0x7b;
