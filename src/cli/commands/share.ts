import { basename, dirname, join } from "node:path";
import type { Command } from "commander";
import { escapeText } from "../../base/escape-text.ts";
import { render } from "../../i18n/render.ts";
import { shareWordsOf } from "../../i18n/share/share.ts";
import type { ShareWords } from "../../i18n/share/words.ts";
import { renderMarkdown } from "../../report/markdown/render-markdown.ts";
import { buildReport } from "../../report/model/model.ts";
import type { Redactor } from "../../report/redact.ts";
import { safeJson } from "../../report/safe-json.ts";
import { laddersOf, sharePage, troubled } from "../../report/share-page.ts";
import { type Analysed, analyse } from "../captures/analyse.ts";
import { exportCapture } from "../captures/export-capture.ts";
import { addKeyLogOption, type KeyLogOption, openKeyLog } from "../captures/key-log-file.ts";
import { named, withReadableAgain } from "../captures/readable-again.ts";
import { portList } from "../option-values.ts";
import { type BundledFile, folderBundle, zipBundle } from "../output/bundle.ts";
import { inputsOf } from "../output/output-file.ts";
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
    .argument("<capture...>", help.arguments.captures)
    .option("-o, --output <name>", help.options.shareOutput)
    .option("-p, --port <port>", help.options.port, portList);
  addKeyLogOption(command, surroundings);
  addSharingOptions(command, surroundings).action((captures: readonly string[], options: ShareOptions) =>
    share(captures, options, surroundings),
  );
}

const LADDERS = 3;
const EVIDENCE = "evidence.pcapng";
const REPORTS = ["summary.md", "report.html", "report.json"] as const;

async function share(captures: readonly string[], options: ShareOptions, surroundings: Surroundings): Promise<void> {
  const target = options.output ?? defaultFolder(captures[0] ?? "-");
  const bundle = /\.zip$/i.test(target) ? zipBundle(target) : folderBundle(target);
  await bundle.check([...REPORTS, EVIDENCE], inputsOf(captures, options));
  const redactor = redactorOf(options);
  const words = shareWordsOf(surroundings.language);
  let hiddenInPackets = "";
  const keys = await openKeyLog(options);
  const sizes = await withReadableAgain(captures, surroundings.interrupt, async (paths) => {
    const { notes, payloads } = options;
    const ports = options.port ?? [];
    const read = { ports, notes, payloads, redactor, keys };
    // Where the captures lie on this machine is nobody else's business.
    const analysed = named(
      await analyse(paths, read, surroundings),
      captures.map((name) => basename(name)),
    );
    const reports = await reportsOf(analysed, options, redactor, surroundings);
    const plan = {
      connections: null,
      fromNs: Number.NEGATIVE_INFINITY,
      toNs: Number.POSITIVE_INFINITY,
      blankPayloads: payloads === "none",
      ports,
    };
    return bundle.write([
      ...reports,
      [
        EVIDENCE,
        async (write) => {
          const exported = await exportCapture(paths, analysed, plan, redactor, surroundings, write);
          hiddenInPackets = exportSummary(EVIDENCE, exported, redactor, words);
        },
      ],
    ]);
  });
  surroundings.stdout.write(
    `${sizes.map(([name, bytes]) => `${escapeText(join(target, name))}  ${sizeText(bytes)}`).join("\n")}\n`,
  );
  surroundings.stdout.write(`${hiddenText(redactor, words)}\n${hiddenInPackets}`);
}

const sizeText = (bytes: number): string => (bytes < 10_000 ? `${bytes} B` : `${Math.round(bytes / 1000)} kB`);

function defaultFolder(capture: string): string {
  if (capture === "-") return "wscap-share";
  const name = basename(capture).replace(/(\.(pcapng|pcap|cap|gz|zst))+$/i, "");
  return join(dirname(capture), `${name}-share`);
}

async function reportsOf(
  analysed: Analysed,
  options: ShareOptions,
  redactor: Redactor,
  { language, version }: Surroundings,
): Promise<readonly BundledFile[]> {
  const { analysis, findings, notes, recorder, homes } = analysed;
  if (recorder === null) return [];
  const model = buildReport(analysis, findings, { version, language, redactor, notes, homes, words: render });
  const { htmlReport } = await import("../../report/html/reports.tsx");
  const ladders = laddersOf(troubled(findings, analysis, LADDERS), analysis, recorder.log, findings, redactor);
  const html = await htmlReport(model, { ...analysed, recorder }, redactor, options.payloads === "none");
  const texts = [renderMarkdown(sharePage(model, redactor), ladders), html, `${safeJson(model, 2)}\n`];
  return REPORTS.map((name, index) => [name, texts[index] ?? ""]);
}

function hiddenText(redactor: Redactor, words: ShareWords): string {
  if (!redactor.applied) return words.notRedactedWarning;
  const kinds = Object.entries(redactor.hiddenByKind).map(([kind, n]) =>
    words.hiddenKinds[kind as keyof ShareWords["hiddenKinds"]](n),
  );
  return words.hiddenList(redactor.hidden, kinds.join(", "));
}
