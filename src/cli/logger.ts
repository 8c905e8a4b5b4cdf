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

/**
 * pino, loaded only when a log is asked for. The work goes on when the log can no longer be written (a full disk); `onLost`
 * is told of it once.
 */
export async function openLogger(
  file: string | undefined,
  level: string | undefined,
  onLost: (error: UserError) => void,
): Promise<Logger> {
  const wanted = LOG_LEVELS.find((known) => known === level);
  if (file === undefined && wanted === undefined) return SILENT;
  if (file !== undefined) await refuseOtherFiles(file);
  const unwritable = (error: unknown): UserError => {
    const { code, message } = error as NodeJS.ErrnoException;
    return new UserError(EXIT.usage, "log.unwritable", { name: file ?? "stderr", reason: code ?? message });
  };
  const { default: pino } = await import("pino");
  try {
    const log: Logger = pino(
      { level: wanted ?? "info" },
      pino.destination({ dest: file ?? STDERR, sync: true, append: true }),
    );
    return whileWritable(log, (error) => onLost(unwritable(error)));
  } catch (error) {
    throw unwritable(error);
  }
}

/** pino throws what the file system says; it is asked no more then. */
function whileWritable(log: Logger, onLost: (error: unknown) => void): Logger {
  let lost = false;
  const guarded =
    (level: LogLevel): Log =>
    (facts, message) => {
      if (lost) return;
      try {
        log[level](facts, message);
      } catch (error) {
        lost = true;
        onLost(error);
      }
    };
  return { error: guarded("error"), warn: guarded("warn"), info: guarded("info"), debug: guarded("debug") };
}

/** A log is appended to. Whatever else has that name, a capture for one, begins with no brace. */
async function refuseOtherFiles(path: string): Promise<void> {
  // Nobody wants a file of that name, and standard output is not for logs.
  if (path === "-")
    throw new UserError(EXIT.usage, "usage.invalid-value", { option: "--log-file", value: path, allowed: "FILE" });
  const told = await stat(path).catch(() => null);
  if (told === null || !told.isFile() || told.size === 0) return;
  const file = await open(path, "r").catch(() => null);
  const read = await file?.read(new Uint8Array(1), 0, 1, 0);
  await file?.close();
  if (read !== undefined && read.buffer[0] !== LOG_LINE)
    throw new UserError(EXIT.usage, "log.not-a-log", { name: path });
}

const LOG_LINE = 0x7b;
