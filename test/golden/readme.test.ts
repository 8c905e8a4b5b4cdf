import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { EXIT } from "../../src/base/user-error.ts";
import { explain } from "../../src/i18n/render.ts";
import { catalogue } from "../../src/rules/catalogue/catalogue.ts";
import { root, wscap } from "../support/run-cli.ts";

const FENCE =
  /(<!-- rules: made by UPDATE=1 npx vitest … test\/golden\/readme.test.ts -->\n)[\s\S]*?(<!-- end of rules -->)/;

test("README lists the rules as they are", async () => {
  const file = join(root, "README.md");
  const readme = await readFile(file, "utf8");
  const rows = catalogue.map((rule) => [`\`${rule.id}\``, rule.severity, explain(rule, "en").name]);
  const table = aligned([["rule", "severity", "what"], ...rows]);
  const wanted = readme.replace(FENCE, (_, before: string, after: string) => `${before}${table}\n${after}`);
  if (process.env["UPDATE"]) await writeFile(file, wanted);
  expect(await readFile(file, "utf8")).toBe(wanted);
  expect(wanted).toContain(table);
});

const SAMPLE = /^```text\n([\s\S]*?)^```/m;

test("README shows what the report says", async () => {
  const readme = await readFile(join(root, "README.md"), "utf8");
  const { stdout } = await wscap(["report", "captures/frozen-client.pcap"]);
  expect(SAMPLE.exec(readme)?.[1]).toBe(stdout);
});

test("both READMEs know every exit code, and every option that either names", async () => {
  const [english, chinese] = await Promise.all(
    ["README.md", "README.zh-CN.md"].map((name) => readFile(join(root, name), "utf8")),
  );
  for (const code of Object.values(EXIT)) {
    expect(english).toMatch(new RegExp(`^\\| ${code} +\\|`, "m"));
    expect(chinese).toMatch(new RegExp(`^\\| ${code} +\\|`, "m"));
  }
  const options = (text = ""): string[] =>
    [...new Set([...text.replace(SAMPLE, "").matchAll(/--[a-z][a-z-]+/g)].map(([name]) => name))].sort();
  expect(options(chinese)).toEqual(options(english));
});

/** As the formatter writes a Markdown table. */
function aligned(rows: readonly (readonly string[])[]): string {
  const widths = [0, 1, 2].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[]): string => `| ${cells.map((c, i) => c.padEnd(widths[i] ?? 0)).join(" | ")} |`;
  const [head = [], ...body] = rows;
  return [head, widths.map((width) => "-".repeat(width)), ...body].map(line).join("\n");
}
