// Runs the built wscap over played scenarios and says where it is wrong.

import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { mistakes, type Report } from "./judge.ts";
import type { Truth } from "./run-scenario.ts";

const program = fileURLToPath(new URL("../../dist/main.js", import.meta.url));

/** Judges every capture of a truth file that lies beside it; returns the mistakes, each naming its capture. */
export function judgeTruth(truth: Truth, directory: string): string[] {
  return truth.captures.flatMap(({ file, expect }) => {
    const options = ["report", "--format", "json", join(directory, file)];
    const printed = execFileSync(process.execPath, [program, ...options], { encoding: "utf8", timeout: 20_000 });
    return mistakes(JSON.parse(printed) as Report, truth.log, expect).map((mistake) => `${file}: ${mistake}`);
  });
}

/** Judges all (or the named) scenarios in a directory and prints what is wrong; returns how many scenarios are. */
export function judgeDirectory(directory: string, names: readonly string[]): number {
  let wrong = 0;
  for (const name of readdirSync(directory).sort()) {
    if (!name.endsWith(".truth.json")) continue;
    const truth = JSON.parse(readFileSync(join(directory, name), "utf8")) as Truth;
    if (names.length > 0 && !names.includes(truth.scenario)) continue;
    const found = judgeTruth(truth, directory);
    if (found.length > 0) wrong += 1;
    const text =
      found.length === 0 ? "right" : `WRONG (${truth.injects})${found.map((line) => `\n      ${line}`).join("")}`;
    process.stdout.write(`${truth.scenario}: ${text}\n`);
  }
  return wrong;
}
