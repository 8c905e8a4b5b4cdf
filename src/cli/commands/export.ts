import type { Command } from "commander";
import { capturedNs } from "../../base/captured-time.ts";
import { escapeText } from "../../base/escape-text.ts";
import { EXIT, UserError } from "../../base/user-error.ts";
import { shareWordsOf } from "../../i18n/share/share.ts";
import type { ShareWords } from "../../i18n/share/words.ts";
import type { Redactor } from "../../report/redact.ts";
import { momentOf } from "../../rules/moment-of.ts";
import { type Analysed, analyse } from "../captures/analyse.ts";
import { type Exported, type ExportPlan, exportCapture } from "../captures/export-capture.ts";
import { addKeyLogOption, type KeyLogOption, openKeyLog } from "../captures/key-log-file.ts";
import { named, withReadableAgain } from "../captures/readable-again.ts";
import { checkConnection } from "../known-connection.ts";
import { connectionNumber, portList } from "../option-values.ts";
import { checkOutput, inputsOf, writeOutput } from "../output/output-file.ts";
import { addSharingOptions, redactorOf, type SharingOptions } from "../sharing-options.ts";
import type { Surroundings } from "../surroundings.ts";

interface ExportOptions extends SharingOptions, KeyLogOption {
  readonly port?: readonly number[];
  readonly output: string;
  readonly connection?: readonly number[];
  readonly trim?: readonly [number, number];
}

export function define(command: Command, surroundings: Surroundings): void {
  const { help } = surroundings;
  command
    .argument("<capture...>", help.arguments.captures)
    .requiredOption("-o, --output <file>", help.options.exportOutput)
    .option("-p, --port <port>", help.options.port, portList)
    .option("--connection <number>", help.options.exportConnection, (value: string, before?: readonly number[]) => [
      ...(before ?? []),
      connectionNumber(value),
    ])
    .option("--trim <seconds>", help.options.trim, trimSeconds);
  addKeyLogOption(command, surroundings);
  addSharingOptions(command, surroundings).action((captures: readonly string[], options: ExportOptions) =>
    exportTo(captures, options, surroundings),
  );
}

function trimSeconds(value: string): readonly [number, number] {
  const [before, after = before] = value.split(",").map((part) => (/^\d+(\.\d+)?$/.test(part) ? Number(part) : null));
  if (before == null || after == null) {
    throw new UserError(EXIT.usage, "usage.invalid-value", { option: "--trim", value, allowed: "30 … 30,5 …" });
  }
  return [before, after];
}

async function exportTo(
  captures: readonly string[],
  options: ExportOptions,
  surroundings: Surroundings,
): Promise<void> {
  await checkOutput(options.output, inputsOf(captures, options));
  const redactor = redactorOf(options);
  const keys = await openKeyLog(options);
  await withReadableAgain(captures, surroundings.interrupt, async (paths) => {
    const read = { ports: options.port ?? [], notes: options.notes, payloads: "preview" as const, redactor, keys };
    const analysed = named(await analyse(paths, read, surroundings), captures);
    const plan = planOf(analysed, options);
    const words = shareWordsOf(surroundings.language);
    let summary = "";
    await writeOutput(options.output, async (write) => {
      const exported = await exportCapture(paths, analysed, plan, redactor, surroundings, write);
      summary = exportSummary(escapeText(options.output), exported, redactor, words);
    });
    surroundings.stderr.write(summary);
  });
}

function planOf({ analysis, findings }: Analysed, options: ExportOptions): ExportPlan {
  for (const id of options.connection ?? []) checkConnection(id, analysis.connections);
  const connections = options.connection === undefined ? null : new Set(options.connection);
  const times = findings
    .filter(({ severity }) => severity !== "note")
    .flatMap((finding) =>
      connections === null || (finding.connectionId !== null && connections.has(finding.connectionId))
        ? [momentOf(finding), ...finding.evidence]
        : [],
    )
    // Packets are picked as they lie in their file.
    .map((at) => capturedNs(analysis.captures, at));
  const [before, after] = times.length === 0 ? [null, null] : (options.trim ?? [null, null]);
  return {
    connections,
    fromNs: before === null ? Number.NEGATIVE_INFINITY : Math.min(...times) - before * 1e9,
    toNs: after === null ? Number.POSITIVE_INFINITY : Math.max(...times) + after * 1e9,
    blankPayloads: options.payloads === "none",
    ports: options.port ?? [],
  };
}

/** What was written, and what was hidden in it. */
export function exportSummary(name: string, exported: Exported, redactor: Redactor, words: ShareWords): string {
  const lines = [words.wrote(name, words.exported(exported.packets, exported.comments))];
  const { blankedParts } = words;
  const blanked = [
    [exported.values, blankedParts.values],
    [exported.compressed, blankedParts.compressed],
    [exported.unreadBytes, blankedParts.unread],
    [exported.fragments, blankedParts.fragments],
    [exported.blocksLeftOut, blankedParts.blocks],
  ] as const;
  const parts = blanked.flatMap(([n, say]) => (n > 0 ? [say(n)] : []));
  if (!redactor.applied) lines.push(words.notRedactedWarning);
  else if (parts.length > 0) lines.push(words.blanked(parts.join(", ")));
  else lines.push(words.hiddenList(0, ""));
  return `${lines.join("\n")}\n`;
}
