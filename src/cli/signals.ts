import { EXIT } from "../base/user-error.ts";

/** The first SIGINT or SIGTERM asks the running command to stop and say what it has; the second ends at once. */
export function watchSignals(): AbortSignal {
  const controller = new AbortController();
  const onSignal = (): void => {
    if (controller.signal.aborted) process.exit(EXIT.interrupted);
    controller.abort();
  };
  process.on("SIGINT", onSignal);
  process.on("SIGTERM", onSignal);
  return controller.signal;
}
