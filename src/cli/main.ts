import { run } from "./program.ts";

/** What stays open when nothing is left to do: the standard streams, and handles on their way to be closed. */
const HARMLESS: ReadonlySet<string> = new Set(["CloseReq", "PipeWrap", "TTYWrap"]);

const isOver = (): boolean =>
  process.stdout.writableLength + process.stderr.writableLength === 0 &&
  process.getActiveResourcesInfo().every((kind) => HARMLESS.has(kind));

void run(process.argv.slice(2)).then((exitCode) => {
  // Where output is still on its way, `process.exit` would cut it off: then the loop runs dry.
  process.exitCode = exitCode;
  // Else Node would tidy up all memory before it gives it back, which takes a tenth of a short run.
  if (isOver()) process.exit();
});
