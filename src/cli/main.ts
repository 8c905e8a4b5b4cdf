import { run } from "./program.ts";

/** What stays open when nothing is left to do: the standard streams, and handles on their way to be closed. */
const HARMLESS: ReadonlySet<string> = new Set(["CloseReq", "PipeWrap", "TTYWrap"]);

/** All of it has been written; an error is told a moment later. */
const isWritten = ({ writableLength, errored }: NodeJS.WriteStream): boolean =>
  writableLength === 0 && errored === null;

const isOver = (): boolean =>
  isWritten(process.stdout) &&
  isWritten(process.stderr) &&
  process.getActiveResourcesInfo().every((kind) => HARMLESS.has(kind));

void run(process.argv.slice(2)).then((exitCode) => {
  // Where output is still on its way, `process.exit` would cut it off: then the loop runs dry.
  process.exitCode = exitCode;
  // Else Node would tidy up all memory before it gives it back, which takes a tenth of a short run.
  if (isOver()) process.exit();
});
