// Holds the import rules of .dependency-cruiser.mjs, and fails when the cruiser saw fewer modules than there are files:
// a cruiser that cannot read TypeScript reports "0 modules, no violations" and exits 0.
import { readdirSync } from "node:fs";
import { cruise } from "dependency-cruiser";
import config from "../../.dependency-cruiser.mjs";

const files = readdirSync("src", { recursive: true }).filter((name) => /\.tsx?$/.test(String(name)));
const { output } = await cruise(["src"], {
  ...config.options,
  ruleSet: { forbidden: config.forbidden },
  validate: true,
});
const seen = output.modules.filter((module) => module.source.startsWith("src/")).length;
for (const { rule, from, to } of output.summary.violations)
  console.error(`${rule.severity} ${rule.name}: ${from} → ${to}`);
if (seen < files.length) console.error(`only ${seen} of ${files.length} source files were read`);
if (output.summary.error > 0 || seen < files.length) process.exit(1);
console.log(`rooms: ${seen} modules, no violation`);
