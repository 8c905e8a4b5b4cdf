import { readdirSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { root, wscap } from "../support/run-cli.ts";

/**
 * What the program says about each shipped capture, word for word: command, exit code, standard output. A change shows
 * as a diff of these files; `UPDATE=1` rewrites them, to be read before they are committed.
 */
const captures = readdirSync(join(root, "captures")).filter((name) => /\.pcap(ng)?$/.test(name));

const commands: readonly (readonly [suffix: string, args: readonly string[]])[] = [
  ["report.txt", ["report", "--fail-on", "error"]],
  ["report.zh-cn.txt", ["report", "--lang", "zh-CN"]],
  ["report.json", ["report", "--format", "json"]],
  ["frames.ndjson", ["frames", "--format", "ndjson"]],
];
const cases = captures.flatMap((capture) => commands.map(([suffix, args]) => [capture, suffix, args] as const));

test("there are captures", () => {
  expect(captures.length).toBeGreaterThan(5);
});

test.each(cases)("%s %s", async (capture, suffix, args) => {
  const words = [...args, `captures/${capture}`];
  const { code, stdout, stderr } = await wscap(words);
  const actual = `$ wscap ${words.join(" ")}\nexit ${code}\n${stderr}\n${stdout}`;
  const file = join(root, "test/golden", `${capture}.${suffix}.golden`);
  if (process.env["UPDATE"]) await writeFile(file, actual);
  expect(actual).toBe(await readFile(file, "utf8").catch(() => ""));
});
