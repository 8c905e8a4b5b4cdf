import { stat } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import type { Note } from "../../annotations/types.ts";
import { reasonOf } from "../../i18n/messages/messages.ts";
import { render } from "../../i18n/render.ts";
import { renderMarkdown } from "../../report/markdown/render-markdown.ts";
import { buildReport } from "../../report/model/model.ts";
import { createRedactor, type Redactor } from "../../report/redact.ts";
import { safeJson } from "../../report/safe-json.ts";
import { laddersOf, sharePage, troubled } from "../../report/share-page.ts";
import { renderText } from "../../report/text/text.ts";
import type { Timer } from "../../rules/context/timers.ts";
import type { KeyLog } from "../../tls/key-log.ts";
import type { Errands } from "../../tui/app.ts";
import { type Analysed, analyse } from "../captures/analyse.ts";
import { type ExportPlan, exportCapture } from "../captures/export-capture.ts";
import { checkOutput, checkReportOutput, writeOutput } from "../output/output-file.ts";
import type { Surroundings } from "../surroundings.ts";
import type { Watched } from "./desk.ts";
import { replayOf } from "./replay.ts";
import { savePackets } from "./save-packets.ts";

const ENDINGS: Readonly<Record<string, string>> = {
  text: "txt",
  markdown: "md",
  html: "html",
  json: "json",
  evidence: "evidence.pcapng",
  pcapng: "saved.pcapng",
};
const MARKDOWN_LADDERS = 5;
const TEXT_COLUMNS = 100;

export interface SaveOptions {
  readonly paths: () => readonly string[];
  /** Packets before the first one in them. */
  readonly packetsGone?: () => number;
  readonly isInTime?: boolean;
  /** Names are made from it. */
  readonly name: string;
  readonly ports: readonly number[];
  /** Secrets of TLS. */
  readonly keys: KeyLog;
  readonly session: Watched;
  readonly timers?: readonly Timer[];
}

/** Saving from the screen: the captures are read once more, so that a saved report is the one that `report` prints. */
export function savingOf(
  options: SaveOptions,
  surroundings: Surroundings,
): Pick<Errands, "formats" | "suggestedPath" | "save"> {
  return {
    // Live, the files may have lost packets that connections are numbered from.
    formats: Object.keys(ENDINGS).filter(
      (format) => format !== "evidence" || options.packetsGone === undefined || options.paths().length <= 1,
    ),
    suggestedPath: (format) =>
      `${options.name.replace(/[\p{Cc}\p{Cf}]/gu, "_").replace(/\.(pcapng|pcap|cap)(\.gz|\.zst)?$/, "")}.${ENDINGS[format] ?? format}`,
    save: async (format, typed, overwrite, { marked, notes }) => {
      try {
        const path = typed.startsWith("~/") ? join(homedir(), typed.slice(2)) : typed;
        const isCapture = format === "pcapng" || format === "evidence";
        await (isCapture ? checkOutput : checkReportOutput)(path, options.paths());
        if (!overwrite && (await stat(path).catch(() => null)) !== null) return { kind: "exists" };
        if (format === "pcapng") await saveMarked(path, marked, notes, options, surroundings);
        else if (format === "evidence") await saveEvidence(path, marked, notes, options, surroundings);
        else await writeOutput(path, await reportText(format, notes, options, surroundings));
        return { kind: "saved", remark: null };
      } catch (error) {
        return { kind: "failed", why: reasonOf(error, surroundings.language) };
      }
    },
  };
}

function saveMarked(
  path: string,
  marked: ReadonlySet<number>,
  notes: readonly Note[],
  { paths, packetsGone = () => 0, isInTime = false, session }: SaveOptions,
  { version }: Surroundings,
): Promise<void> {
  const { connections, originNs } = session.getSnapshot();
  return savePackets(path, {
    replay: replayOf({ paths, packetsGone, isInTime, originNs: () => originNs, onProgress: () => undefined }),
    originNs: originNs ?? 0n,
    connections: marked.size === 0 ? null : connections.filter(({ id }) => marked.has(id)),
    notes,
    application: `wscap ${version}`,
  });
}

/** The captures read once more, with the notes as they stand on the screen. */
async function readAgain(
  payloads: "preview" | null,
  notes: readonly Note[],
  redactor: Redactor,
  { paths, ports, timers, keys }: SaveOptions,
  surroundings: Surroundings,
): Promise<Analysed> {
  const stderr = { ...surroundings.stderr, isTTY: false } as typeof surroundings.stderr;
  const options = { ports, notes: undefined, known: notes, payloads, redactor, keys, timers: timers ?? [] };
  return analyse(paths(), options, { ...surroundings, stderr });
}

/** To share: secrets blanked in the bytes, findings and notes as comments. */
async function saveEvidence(
  path: string,
  marked: ReadonlySet<number>,
  notes: readonly Note[],
  options: SaveOptions,
  surroundings: Surroundings,
): Promise<void> {
  const redactor = createRedactor(true);
  const analysed = await readAgain("preview", notes, redactor, options, surroundings);
  const plan: ExportPlan = {
    connections: marked.size === 0 ? null : marked,
    fromNs: Number.NEGATIVE_INFINITY,
    toNs: Number.POSITIVE_INFINITY,
    blankPayloads: false,
    ports: options.ports,
  };
  await writeOutput(path, async (write) => {
    await exportCapture(options.paths(), analysed, plan, redactor, surroundings, write);
  });
}

async function reportText(
  format: string,
  notes: readonly Note[],
  options: SaveOptions,
  surroundings: Surroundings,
): Promise<string> {
  const { language, version } = surroundings;
  const redactor = createRedactor(true);
  const wantsFrames = format === "markdown" || format === "html";
  const analysed = await readAgain(wantsFrames ? "preview" : null, notes, redactor, options, surroundings);
  const { analysis, findings, notes: placed, recorder, homes } = analysed;
  const model = buildReport(analysis, findings, { version, language, redactor, notes: placed, homes, words: render });
  if (format === "json") return `${safeJson(model, 2)}\n`;
  if (recorder === null) return renderText(model, { width: TEXT_COLUMNS });
  if (format === "markdown") {
    const ids = troubled(findings, analysis, MARKDOWN_LADDERS);
    return renderMarkdown(sharePage(model, redactor), laddersOf(ids, analysis, recorder.log, findings, redactor));
  }
  const { htmlReport } = await import("../../report/html/reports.tsx");
  return htmlReport(model, { ...analysed, recorder }, redactor, false);
}
