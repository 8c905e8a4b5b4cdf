// `npm run lab -- [NAME…] [--out DIR] [--jobs N] [--list | --ship]`: plays fault scenarios between real peers in network namespaces.

import { mkdirSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { namespacesUnavailable } from "../support/namespace.ts";
import { runScenario } from "./run-scenario.ts";
import { scenarios } from "./scenarios.ts";
import { ship, shipped } from "./ship.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    out: { type: "string" },
    jobs: { type: "string", default: "4" },
    ship: { type: "boolean", default: false },
    list: { type: "boolean", default: false },
  },
});

for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => process.exit(130));

if (values.list) {
  for (const { name, injects } of scenarios) process.stdout.write(`${name}\t${injects}\n`);
} else {
  const why = namespacesUnavailable(["tcpdump", "tshark", "nft", "nginx"]);
  if (why) {
    process.stderr.write(`the lab cannot run: ${why}\n`);
    process.exit(4);
  }
  const names = values.ship ? shipped.map(({ scenario }) => scenario) : positionals;
  const chosen = names.length === 0 ? scenarios : scenarios.filter(({ name }) => names.includes(name));
  const unknown = names.filter((name) => !scenarios.some((scenario) => scenario.name === name));
  if (unknown.length > 0) throw new Error(`no such scenario: ${unknown.join(", ")}`);
  const directory = values.out ?? mkdtempSync(join(tmpdir(), "wscap-lab-"));
  mkdirSync(directory, { recursive: true });
  process.exitCode = await runAll(chosen, directory, Number(values.jobs));
  if (values.ship && process.exitCode === 0) ship(directory);
}

async function runAll(chosen: typeof scenarios, directory: string, jobs: number): Promise<number> {
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
  process.stdout.write(`${chosen.length - failed} ok, ${failed} failed, in ${directory}\n`);
  return failed === 0 ? 0 : 1;
}
