import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { explain } from "../../src/i18n/render.ts";
import { catalogue } from "../../src/rules/catalogue/catalogue.ts";
import { root } from "../support/run-cli.ts";

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

/** As the formatter writes a Markdown table. */
function aligned(rows: readonly (readonly string[])[]): string {
  const widths = [0, 1, 2].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[]): string => `| ${cells.map((c, i) => c.padEnd(widths[i] ?? 0)).join(" | ")} |`;
  const [head = [], ...body] = rows;
  return [head, widths.map((width) => "-".repeat(width)), ...body].map(line).join("\n");
}
