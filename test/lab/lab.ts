// `npm run lab -- [NAME…] [--out DIR] [--jobs N] [--list | --ship | --judge DIR]`: plays fault scenarios between real peers in
// network namespaces; `--judge` holds `wscap report` against what a directory of played scenarios holds.

import { mkdirSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { namespacesUnavailable } from "../support/namespace.ts";
import { judgeDirectory } from "./judge-directory.ts";
import { labTools, runScenario } from "./run-scenario.ts";
import { scenarios } from "./scenarios.ts";
import { ship, shipped } from "./ship.ts";
import type { Scenario } from "./types.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    out: { type: "string" },
    jobs: { type: "string", default: "4" },
    ship: { type: "boolean", default: false },
    list: { type: "boolean", default: false },
    judge: { type: "string" },
  },
});

for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => process.exit(130));

// `--list | head` has read enough.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
  process.exit(0);
});

if (values.list) {
  for (const { name, injects } of scenarios) process.stdout.write(`${name}\t${injects}\n`);
} else if (values.judge !== undefined) {
  process.exitCode = (await judgeDirectory(values.judge, positionals)) === 0 ? 0 : 1;
} else {
  process.exitCode = await play(values.ship ? shipped.map(({ scenario }) => scenario) : positionals);
}

async function play(names: readonly string[]): Promise<number> {
  const why = namespacesUnavailable(labTools);
  if (why) {
    process.stderr.write(`the lab cannot run: ${why}\n`);
    return 4;
  }
  const unknown = names.filter((name) => !scenarios.some((scenario) => scenario.name === name));
  if (unknown.length > 0) {
    process.stderr.write(`no such scenario: ${unknown.join(", ")}\n`);
    return 2;
  }
  const chosen = names.length === 0 ? scenarios : scenarios.filter(({ name }) => names.includes(name));
  const directory = values.out ?? mkdtempSync(join(tmpdir(), "wscap-lab-"));
  mkdirSync(directory, { recursive: true });
  const failed = await playAll(chosen, directory, Number(values.jobs));
  process.stdout.write(`${chosen.length - failed} ok, ${failed} failed, in ${directory}\n`);
  if (values.ship && failed === 0) ship(directory);
  return failed === 0 ? 0 : 1;
}

/** Plays scenarios, `jobs` at a time; returns how many failed. */
async function playAll(chosen: readonly Scenario[], directory: string, jobs: number): Promise<number> {
  const waiting = [...chosen];
  let failed = 0;
  const work = async () => {
    for (let scenario = waiting.shift(); scenario; scenario = waiting.shift()) {
      const started = Date.now();
      try {
        await runScenario(scenario, directory);
        process.stdout.write(`ok   ${scenario.name} (${((Date.now() - started) / 1000).toFixed(1)} s)\n`);
      } catch (error) {
        failed += 1;
        process.stdout.write(`FAIL ${scenario.name}: ${(error as Error).message}\n`);
      }
    }
  };
  await Promise.all(Array.from({ length: jobs }, work));
  return failed;
}
