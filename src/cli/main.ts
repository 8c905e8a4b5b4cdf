#!/usr/bin/env node
import { run } from "./program.ts";

// `process.exit` would cut off what standard output still holds: the code is set and the loop runs dry.
process.exitCode = await run(process.argv.slice(2));
