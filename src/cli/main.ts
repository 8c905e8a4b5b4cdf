import { run } from "./program.ts";

// `process.exit` would cut off what standard output still holds: the code is set and the loop runs dry.
void run(process.argv.slice(2)).then((exitCode) => {
  process.exitCode = exitCode;
});
