// Runs the built wscap over played scenarios and says where it is wrong.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { runSlow } from "../support/namespace.ts";
import { mistakes, type Report } from "./judge.ts";
import type { Truth } from "./run-scenario.ts";

const program = fileURLToPath(new URL("../../dist/main.js", import.meta.url));

/** Judges every capture of a truth file that lies beside it; returns the mistakes, each naming its capture. */
export async function judgeTruth(truth: Truth, directory: string): Promise<string[]> {
  const found: string[] = [];
  for (const { file, keys, expect } of truth.captures) {
    const keyLog = keys === undefined ? [] : ["--keylog", join(directory, keys)];
    const options = ["report", "--format", "json", ...keyLog, join(directory, file)];
    const report = JSON.parse(await runSlow(process.execPath, program, ...options)) as Report;
    found.push(
      ...mistakes(report, truth.log, expect).map(
        (mistake) => `${file}${keys === undefined ? "" : " with keys"}: ${mistake}`,
      ),
    );
  }
  return found;
}

/** Judges all (or the named) scenarios in a directory and prints what is wrong; returns how many scenarios are. */
export async function judgeDirectory(directory: string, names: readonly string[]): Promise<number> {
  let wrong = 0;
  for (const name of readdirSync(directory).sort()) {
    if (!name.endsWith(".truth.json")) continue;
    const truth = JSON.parse(readFileSync(join(directory, name), "utf8")) as Truth;
    if (names.length > 0 && !names.includes(truth.scenario)) continue;
    const found = await judgeTruth(truth, directory);
    if (found.length > 0) wrong += 1;
    const text =
      found.length === 0 ? "right" : `WRONG (${truth.injects})${found.map((line) => `\n      ${line}`).join("")}`;
    process.stdout.write(`${truth.scenario}: ${text}\n`);
  }
  return wrong;
}
