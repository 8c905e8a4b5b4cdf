import { stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { EXIT, UserError } from "../../base/user-error.ts";
import { pipeBytes, streamBytes } from "../../source/file-bytes.ts";
import { openSource } from "../../source/open-source.ts";
import { temporaryFolder, unwritableTemporary } from "../../source/temporary-folder.ts";
import type { Analysed } from "./analyse.ts";
import { refuseStdinTwice } from "./capture-feeds.ts";

/**
 * Pipes can be read once only: what comes out of them is kept in temporary files for as long as `use` runs. What is
 * wrong with one is told by the name that a person gave.
 */
export async function withReadableAgain<T>(
  captures: readonly string[],
  signal: AbortSignal,
  use: (paths: readonly string[]) => Promise<T>,
): Promise<T> {
  refuseStdinTwice(captures);
  const pipes = await Promise.all(captures.map(isPipe));
  if (!pipes.includes(true)) return use(captures);
  const folder = temporaryFolder("wscap-", EXIT.input);
  const paths = captures.map((capture, index) => (pipes[index] === true ? join(folder.path, String(index)) : capture));
  try {
    for (const [index, capture] of captures.entries()) {
      const path = paths[index] ?? capture;
      if (path !== capture) await keep(capture, path, signal);
    }
    return await use(paths);
  } catch (error) {
    const index = error instanceof UserError ? paths.indexOf(String(error.args["name"])) : -1;
    if (!(error instanceof UserError) || index < 0) throw error;
    throw new UserError(error.exitCode, error.messageId, { ...error.args, name: captures[index] ?? "" });
  } finally {
    folder.remove();
  }
}

/** As it is, compressed or not. */
async function keep(capture: string, path: string, signal: AbortSignal): Promise<void> {
  // Says what is wrong with it.
  await openSource(capture);
  const bytes = capture === "-" ? streamBytes(process.stdin, signal) : pipeBytes(capture, signal);
  await writeFile(path, bytes, { mode: 0o600, flag: "wx" }).catch((error: unknown) => {
    throw signal.aborted || error instanceof UserError ? error : unwritableTemporary(dirname(path), error, EXIT.input);
  });
}

const isPipe = async (name: string): Promise<boolean> =>
  name === "-" ||
  (await stat(name).then(
    (told) => told.isFIFO(),
    () => false,
  ));

/** The names that a person gave, not those of temporary files. */
export function named(analysed: Analysed, names: readonly string[]): Analysed {
  const captures = analysed.analysis.captures.map((facts, index) => ({ ...facts, name: names[index] ?? facts.name }));
  return { ...analysed, analysis: { ...analysed.analysis, captures } };
}
