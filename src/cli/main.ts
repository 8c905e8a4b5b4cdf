#!/usr/bin/env node
import { setFlagsFromString } from "node:v8";
import { run } from "./program.ts";

// V8 lets its heap grow to four times what is in use before it looks for garbage: with a hundred thousand connections
// that is a gigabyte for nothing.
setFlagsFromString("--heap-growing-percent=90");
// `process.exit` would cut off what standard output still holds: the code is set and the loop runs dry.
process.exitCode = await run(process.argv.slice(2));
