import { isatty } from "node:tty";
import { EXIT } from "../base/user-error.ts";

/** How a running command is asked to stop. */
export interface Interruption {
  /** Fires at the first SIGINT or SIGTERM, at SIGHUP, and at `ask`. */
  readonly signal: AbortSignal;
  ask(): void;
}

const STANDARD_STREAMS = [0, 1, 2];

/**
 * The first SIGINT or SIGTERM asks the running command to stop and say what it has; the second ends at once. A terminal
 * that closes sends SIGHUP, often more than once: it asks only. Without a terminal it is ignored, which is what nohup
 * wants: Node takes back the ignoring that nohup hands down.
 */
export function watchSignals(): Interruption {
  const controller = new AbortController();
  const ask = (): void => controller.abort();
  const onSignal = (): void => {
    if (controller.signal.aborted) process.exit(EXIT.interrupted);
    ask();
  };
  process.on("SIGINT", onSignal);
  process.on("SIGTERM", onSignal);
  const hasTerminal = STANDARD_STREAMS.some((fd) => isatty(fd));
  process.on("SIGHUP", () => {
    if (hasTerminal) ask();
  });
  return { signal: controller.signal, ask };
}
