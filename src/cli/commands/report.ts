import type { Command } from "commander";
import { EXIT, type ExitCode, UserError } from "../../base/user-error.ts";
import { render } from "../../i18n/render.ts";
import { buildReport } from "../../report/model/model.ts";
import type { ReportModel } from "../../report/model/schema.ts";
import type { Redactor } from "../../report/redact.ts";
import { safeJson } from "../../report/safe-json.ts";
import { coloured, plain } from "../../report/text/paint.ts";
import { renderText } from "../../report/text/text.ts";
import type { Timer } from "../../rules/context/timers.ts";
import { type Analysed, analyse } from "../captures/analyse.ts";
import { addKeyLogOption, type KeyLogOption, openKeyLog } from "../captures/key-log-file.ts";
import { checkConnection } from "../known-connection.ts";
import { connectionNumber, oneOf, portList, timerList } from "../option-values.ts";
import { checkReportOutput, inputsOf, writeOutput } from "../output/output-file.ts";
import { addSharingOptions, redactorOf, type SharingOptions } from "../sharing-options.ts";
import type { Surroundings } from "../surroundings.ts";

const FORMATS = ["text", "json", "markdown", "html", "svg", "har"] as const;
const FAIL_ON = ["error", "warning", "note", "never"] as const;

interface ReportOptions extends SharingOptions, KeyLogOption {
  readonly port?: readonly number[];
  readonly format: (typeof FORMATS)[number];
  readonly output?: string;
  readonly connection?: number;
  readonly timer?: readonly Timer[];
  readonly compare?: boolean;
  readonly failOn: (typeof FAIL_ON)[number];
}

export function define(command: Command, surroundings: Surroundings): void {
  const { help } = surroundings;
  command
    .argument("<capture...>", help.arguments.captures)
    .option("-p, --port <port>", help.options.port, portList)
    .option("--format <format>", help.options.reportFormat, oneOf("--format", FORMATS), "text")
    .option("-o, --output <file>", help.options.output)
    .option("--connection <number>", help.options.svgConnection, connectionNumber)
    .option("--timer <name=seconds>", help.options.timer, timerList)
    .option("--compare", help.options.compare)
    .option("--fail-on <severity>", help.options.failOn, oneOf("--fail-on", FAIL_ON), "never");
  addKeyLogOption(command, surroundings);
  addSharingOptions(command, surroundings).action(async (captures: readonly string[], given: ReportOptions) => {
    const { output, ...others } = given;
    // As everywhere else, `-` is standard output.
    const options: ReportOptions = output === undefined || output === "-" ? others : given;
    if (options.connection !== undefined && options.format !== "svg") {
      throw new UserError(EXIT.usage, "usage.needs-svg", { n: String(options.connection) });
    }
    if (options.compare === true) {
      const { compareCaptures } = await import("../captures/compare-captures.ts");
      return compareCaptures(captures, options, surroundings);
    }
    surroundings.exitCode = await report(captures, options, surroundings);
  });
}

/** What `wscap load` prints where no screen can be drawn. */
export const reportAsText = (
  captures: readonly string[],
  { port, notes, timer, keylog }: Pick<ReportOptions, "port" | "notes" | "timer" | "keylog">,
  surroundings: Surroundings,
): Promise<ExitCode> =>
  report(
    captures,
    {
      format: "text",
      failOn: "never",
      redact: true,
      payloads: "preview",
      ...(port === undefined ? {} : { port }),
      ...(timer === undefined ? {} : { timer }),
      ...(notes === undefined ? {} : { notes }),
      ...(keylog === undefined ? {} : { keylog }),
    },
    surroundings,
  );

async function report(
  captures: readonly string[],
  options: ReportOptions,
  surroundings: Surroundings,
): Promise<ExitCode> {
  const { language, version } = surroundings;
  if (options.output !== undefined) await checkReportOutput(options.output, inputsOf(captures, options));
  const redactor = redactorOf(options);
  const wantsFrames = options.format !== "text" && options.format !== "json";
  const analysed = await analyse(
    captures,
    {
      ports: options.port ?? [],
      notes: options.notes,
      payloads: wantsFrames ? options.payloads : null,
      redactor,
      keys: await openKeyLog(options),
      timers: options.timer ?? [],
    },
    surroundings,
  );
  const { analysis, findings, notes, homes } = analysed;
  const model = buildReport(analysis, findings, { version, language, redactor, notes, homes, words: render });
  const text = await rendered(model, analysed, redactor, options, surroundings);
  if (options.output === undefined) surroundings.stdout.write(text);
  else await writeOutput(options.output, text);
  return failure(model, options.failOn);
}

/** Ladders in a Markdown report: more would bury the story. */
const MARKDOWN_LADDERS = 3;

async function rendered(
  model: ReportModel,
  analysed: Analysed,
  redactor: Redactor,
  options: ReportOptions,
  { colour, columns }: Surroundings,
): Promise<string> {
  if (options.format === "json") return `${safeJson(model, 2)}\n`;
  if (options.format === "text" || analysed.recorder === null) {
    const toFile = options.output !== undefined;
    return renderText(model, { width: columns, paint: colour && !toFile ? coloured : plain });
  }
  const { analysis, findings, recorder } = analysed;
  // What only some formats need is loaded for them.
  if (options.format === "markdown") {
    const { laddersOf, sharePage, troubled } = await import("../../report/share-page.ts");
    const { renderMarkdown } = await import("../../report/markdown/render-markdown.ts");
    const ids = troubled(findings, analysis, MARKDOWN_LADDERS);
    return renderMarkdown(sharePage(model, redactor), laddersOf(ids, analysis, recorder.log, findings, redactor));
  }
  if (options.format === "har") {
    const { harOf } = await import("../../report/har.ts");
    return `${safeJson(harOf(analysis, recorder.log, redactor, model.tool.version), 2)}\n`;
  }
  const { htmlReport, svgLadder } = await import("../../report/html/reports.tsx");
  if (options.format === "svg") {
    if (analysis.connections.length === 0) throw new UserError(EXIT.input, "report.nothing-to-draw");
    if (options.connection !== undefined) checkConnection(options.connection, analysis.connections);
    return svgLadder(model, options.connection ?? null, { ...analysed, recorder }, redactor);
  }
  return htmlReport(model, { ...analysed, recorder }, redactor, options.payloads === "none");
}

function failure({ totals }: ReportModel, failOn: ReportOptions["failOn"]): ExitCode {
  const { error, warning, note } = totals.findings;
  const counted = { error, warning: error + warning, note: error + warning + note, never: 0 }[failOn];
  return counted > 0 ? EXIT.findings : EXIT.done;
}
