import { mkdir, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { Command } from "commander";
import { EXIT, UserError } from "../../base/user-error.ts";
import { render } from "../../i18n/render.ts";
import { shareWordsOf } from "../../i18n/share.ts";
import type { ShareWords } from "../../i18n/share-words.ts";
import { renderMarkdown } from "../../report/markdown/render-markdown.ts";
import { buildReport } from "../../report/model.ts";
import type { Redactor } from "../../report/redact.ts";
import { safeJson } from "../../report/safe-json.ts";
import { laddersOf, sharePage, troubled } from "../../report/share-page.ts";
import type { CaptureFacts } from "../../store/types.ts";
import { type Analysed, analyse } from "../analyse.ts";
import { exportCapture, withReadableTwice } from "../export-capture.ts";
import { addKeyLogOption, type KeyLogOption, openKeyLog } from "../key-log-file.ts";
import { portList } from "../option-values.ts";
import { checkOutput, writeOutput } from "../output-file.ts";
import { addSharingOptions, redactorOf, type SharingOptions } from "../sharing-options.ts";
import type { Surroundings } from "../surroundings.ts";
import { exportSummary } from "./export.ts";

interface ShareOptions extends SharingOptions, KeyLogOption {
  readonly port?: readonly number[];
  readonly output?: string;
}

export function define(command: Command, surroundings: Surroundings): void {
  const { help } = surroundings;
  command
    .argument("<capture>", help.arguments.capture)
    .option("-o, --output <name>", help.options.shareOutput)
    .option("-p, --port <port>", help.options.port, portList);
  addKeyLogOption(command, surroundings);
  addSharingOptions(command, surroundings).action((capture: string, options: ShareOptions) =>
    share(capture, options, surroundings),
  );
}

const LADDERS = 3;

async function share(capture: string, options: ShareOptions, surroundings: Surroundings): Promise<void> {
  const target = options.output ?? defaultFolder(capture);
  const isZip = /\.zip$/i.test(target);
  if (isZip) await checkOutput(target, [capture]);
  const redactor = redactorOf(options);
  const words = shareWordsOf(surroundings.language);
  const files = new Map<string, Uint8Array>();
  let hiddenInPackets = "";
  const keys = await openKeyLog(options);
  await withReadableTwice(capture, async (path) => {
    const analysed = withShortNames(
      await analyse(
        [path],
        { ports: options.port ?? [], notes: options.notes, payloads: options.payloads, redactor, keys },
        surroundings,
      ),
    );
    await addReports(files, analysed, options, redactor, surroundings);
    const plan = {
      connections: null,
      fromNs: Number.NEGATIVE_INFINITY,
      toNs: Number.POSITIVE_INFINITY,
      blankPayloads: options.payloads === "none",
      ports: options.port ?? [],
    };
    const pieces: Uint8Array[] = [];
    const exported = await exportCapture(path, analysed, plan, redactor, surroundings, (piece) => {
      pieces.push(piece);
      return undefined;
    });
    files.set("evidence.pcapng", Buffer.concat(pieces));
    hiddenInPackets = exportSummary("evidence.pcapng", exported, redactor, words);
  });
  await (isZip ? writeZip(target, files) : writeFolder(target, files));
  surroundings.stdout.write(
    `${[...files].map(([name, bytes]) => `${join(target, name)}  ${sizeText(bytes.length)}`).join("\n")}\n`,
  );
  surroundings.stdout.write(`${hiddenText(redactor, words)}\n${hiddenInPackets}`);
}

const sizeText = (bytes: number): string => (bytes < 10_000 ? `${bytes} B` : `${Math.round(bytes / 1000)} kB`);

function defaultFolder(capture: string): string {
  if (capture === "-") return "wscap-share";
  const name = basename(capture).replace(/(\.(pcapng|pcap|cap|gz|zst))+$/i, "");
  return join(dirname(capture), `${name}-share`);
}

/** Where the capture lies on this machine is nobody else's business. */
function withShortNames(analysed: Analysed): Analysed {
  const captures = analysed.analysis.captures.map((facts): CaptureFacts => ({ ...facts, name: basename(facts.name) }));
  return { ...analysed, analysis: { ...analysed.analysis, captures } };
}

async function addReports(
  files: Map<string, Uint8Array>,
  analysed: Analysed,
  options: ShareOptions,
  redactor: Redactor,
  { language, version }: Surroundings,
): Promise<void> {
  const { analysis, findings, notes, recorder } = analysed;
  if (recorder === null) return;
  const model = buildReport(analysis, findings, { version, language, redactor, notes, words: render });
  const { htmlReport } = await import("../../report/html/reports.tsx");
  const ladders = laddersOf(troubled(findings, analysis, LADDERS), analysis, recorder.log, findings, redactor);
  const html = htmlReport(model, { ...analysed, recorder }, redactor, options.payloads === "none");
  const utf8 = new TextEncoder();
  files.set("summary.md", utf8.encode(renderMarkdown(sharePage(model, redactor), ladders)));
  files.set("report.html", utf8.encode(html));
  files.set("report.json", utf8.encode(`${safeJson(model, 2)}\n`));
}

async function writeFolder(folder: string, files: ReadonlyMap<string, Uint8Array>): Promise<void> {
  const present = await stat(folder).catch(() => null);
  if (present !== null && !present.isDirectory()) throw new UserError(EXIT.usage, "output.is-file", { name: folder });
  await mkdir(folder, { recursive: true }).catch((error: NodeJS.ErrnoException) => {
    throw new UserError(EXIT.usage, "output.unwritable", { name: folder, reason: error.code ?? error.message });
  });
  for (const [name, bytes] of files) await writeOutput(join(folder, name), bytes);
}

async function writeZip(path: string, files: ReadonlyMap<string, Uint8Array>): Promise<void> {
  const { zipSync } = await import("fflate");
  await writeOutput(path, zipSync(Object.fromEntries(files), { level: 6 }));
}

function hiddenText(redactor: Redactor, words: ShareWords): string {
  if (!redactor.applied) return words.notRedactedWarning;
  const kinds = Object.entries(redactor.hiddenByKind).map(([kind, n]) =>
    words.hiddenKinds[kind as keyof ShareWords["hiddenKinds"]](n),
  );
  return words.hiddenList(redactor.hidden, kinds.join(", "));
}
