import type { Command } from "commander";
import { EXIT, type ExitCode } from "../../base/user-error.ts";
import { render } from "../../i18n/render.ts";
import { buildReport } from "../../report/model.ts";
import { coloured, plain } from "../../report/paint.ts";
import { safeJson } from "../../report/safe-json.ts";
import type { ReportModel } from "../../report/schema.ts";
import { renderText } from "../../report/text.ts";
import { judge } from "../../rules/judge.ts";
import { oneOf, portList } from "../option-values.ts";
import { checkOutput, writeOutput } from "../output-file.ts";
import { readCaptures } from "../read-captures.ts";
import type { Surroundings } from "../surroundings.ts";

const FORMATS = ["text", "json"] as const;
const FAIL_ON = ["error", "warning", "note", "never"] as const;

interface ReportOptions {
  readonly port?: readonly number[];
  readonly format: (typeof FORMATS)[number];
  readonly output?: string;
  readonly failOn: (typeof FAIL_ON)[number];
  readonly redact: boolean;
}

export function define(command: Command, surroundings: Surroundings): void {
  const { help } = surroundings;
  command
    .argument("<capture...>", help.arguments.captures)
    .option("-p, --port <port>", help.options.port, portList)
    .option("--format <format>", help.options.reportFormat, oneOf("--format", FORMATS), "text")
    .option("-o, --output <file>", help.options.output)
    .option("--fail-on <severity>", help.options.failOn, oneOf("--fail-on", FAIL_ON), "never")
    .option("--no-redact", help.options.noRedact)
    .action(async (captures: readonly string[], options: ReportOptions) => {
      surroundings.exitCode = await report(captures, options, surroundings);
    });
}

async function report(
  captures: readonly string[],
  options: ReportOptions,
  surroundings: Surroundings,
): Promise<ExitCode> {
  const { language, version } = surroundings;
  if (options.output !== undefined) await checkOutput(options.output, captures);
  const analysis = await readCaptures(
    captures,
    { ports: options.port ?? [], tap: null, origin: { ns: null }, breathe: () => undefined },
    surroundings,
  );
  const model = buildReport(analysis, judge(analysis), { version, language, redact: options.redact, words: render });
  const text = rendered(model, options, surroundings);
  if (options.output === undefined) surroundings.stdout.write(text);
  else await writeOutput(options.output, text);
  return failure(model, options.failOn);
}

function rendered(model: ReportModel, options: ReportOptions, { colour, columns }: Surroundings): string {
  if (options.format === "json") return `${safeJson(model, 2)}\n`;
  const toFile = options.output !== undefined;
  return renderText(model, { width: columns, paint: colour && !toFile ? coloured : plain });
}

function failure({ totals }: ReportModel, failOn: ReportOptions["failOn"]): ExitCode {
  const { error, warning, note } = totals.findings;
  const counted = { error, warning: error + warning, note: error + warning + note, never: 0 }[failOn];
  return counted > 0 ? EXIT.findings : EXIT.done;
}
