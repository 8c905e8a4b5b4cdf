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
