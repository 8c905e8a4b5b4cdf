import { stat } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import type { Note } from "../../annotations/types.ts";
import { render } from "../../i18n/render.ts";
import { renderMarkdown } from "../../report/markdown/render-markdown.ts";
import { buildReport } from "../../report/model.ts";
import { createRedactor } from "../../report/redact.ts";
import { safeJson } from "../../report/safe-json.ts";
import { laddersOf, sharePage, troubled } from "../../report/share-page.ts";
import { renderText } from "../../report/text.ts";
import type { Timer } from "../../rules/timers.ts";
import type { Errands } from "../../tui/app.ts";
import { analyse } from "../analyse.ts";
import { checkOutput, writeOutput } from "../output-file.ts";
import type { Surroundings } from "../surroundings.ts";
import type { Watched } from "./desk.ts";
import { reasonOf } from "./note-keeper.ts";
import { replayOf } from "./replay.ts";
import { savePackets } from "./save-packets.ts";

const ENDINGS: Readonly<Record<string, string>> = { text: "txt", markdown: "md", json: "json", pcapng: "saved.pcapng" };
const MARKDOWN_LADDERS = 5;
const TEXT_COLUMNS = 100;

export interface SaveOptions {
  readonly paths: () => readonly string[];
  /** Names are made from it. */
  readonly name: string;
  readonly ports: readonly number[];
  readonly session: Watched;
  readonly timers?: readonly Timer[];
}

/** Saving from the screen: the captures are read once more, so that a saved report is the one that `report` prints. */
export function savingOf(
  options: SaveOptions,
  surroundings: Surroundings,
): Pick<Errands, "formats" | "suggestedPath" | "save"> {
  return {
    formats: Object.keys(ENDINGS),
    suggestedPath: (format) =>
      `${options.name.replace(/\.(pcapng|pcap|cap)(\.gz|\.zst)?$/, "")}.${ENDINGS[format] ?? format}`,
    save: async (format, typed, overwrite, { marked, notes }) => {
      const path = typed.startsWith("~/") ? join(homedir(), typed.slice(2)) : typed;
      try {
        await checkOutput(path, options.paths());
        if (!overwrite && (await stat(path).catch(() => null)) !== null) return { kind: "exists" };
        if (format === "pcapng") await saveMarked(path, marked, notes, options, surroundings);
        else await writeOutput(path, await reportText(format, notes, options, surroundings));
        return { kind: "saved" };
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
  { paths, session }: SaveOptions,
  { version }: Surroundings,
): Promise<void> {
  const { connections, originNs } = session.getSnapshot();
  return savePackets(path, {
    replay: replayOf({ paths, originNs: () => originNs, onProgress: () => undefined }),
    originNs: originNs ?? 0n,
    connections: marked.size === 0 ? null : connections.filter(({ id }) => marked.has(id)),
    notes,
    application: `wscap ${version}`,
  });
}

async function reportText(
  format: string,
  notes: readonly Note[],
  { paths, ports, timers }: SaveOptions,
  surroundings: Surroundings,
): Promise<string> {
  const { language, version } = surroundings;
  const redactor = createRedactor(true);
  const quiet: Surroundings = {
    ...surroundings,
    stderr: { ...surroundings.stderr, isTTY: false } as typeof surroundings.stderr,
  };
  const analysed = await analyse(
    paths(),
    { ports, notes: undefined, payloads: format === "markdown" ? "preview" : null, redactor, timers: timers ?? [] },
    quiet,
  );
  const { analysis, findings, recorder } = analysed;
  const placed = notes
    .filter(({ deleted }) => !deleted)
    .map((note) => ({ note, source: "sidecar" as const, stranded: false }));
  const model = buildReport(analysis, findings, { version, language, redactor, notes: placed, words: render });
  if (format === "json") return `${safeJson(model, 2)}\n`;
  if (format === "markdown" && recorder !== null) {
    const ids = troubled(findings, analysis, MARKDOWN_LADDERS);
    return renderMarkdown(sharePage(model, redactor), laddersOf(ids, analysis, recorder.log, findings, redactor));
  }
  return renderText(model, { width: TEXT_COLUMNS });
}
