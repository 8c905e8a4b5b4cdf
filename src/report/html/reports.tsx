import { renderToStaticMarkup } from "react-dom/server";
import { languages } from "../../i18n/language.ts";
import { loadTexts, render } from "../../i18n/render.ts";
import type { Finding } from "../../rules/types.ts";
import type { Activity } from "../../store/activity.ts";
import type { FrameLog, RoundTrip } from "../../store/frame-log.ts";
import type { Analysis } from "../../store/types.ts";
import { buildReport } from "../model/model.ts";
import type { PlacedNote } from "../model/notes.ts";
import type { ReportModel } from "../model/schema.ts";
import type { Redactor } from "../redact.ts";
import { laddersOf, sharePage, troubled } from "../share-page.ts";
import { LadderSvg } from "./ladder-svg.tsx";
import { renderHtml } from "./render-html.tsx";
import { pictureStyle } from "./styles.ts";

/** What was read of the captures, as far as pages and pictures need it. */
export interface Material {
  readonly analysis: Analysis;
  readonly findings: readonly Finding[];
  readonly notes: readonly PlacedNote[];
  readonly recorder: {
    readonly log: FrameLog;
    readonly activity: Activity;
    readonly roundTrips: readonly RoundTrip[];
  };
}

const HTML_LADDERS = 12;

/** The page in both languages, beginning with that of `model`. */
export async function htmlReport(
  model: ReportModel,
  material: Material,
  redactor: Redactor,
  payloadsOff: boolean,
): Promise<string> {
  await Promise.all(languages.map(loadTexts));
  const { analysis, findings, notes, recorder } = material;
  const others = languages
    .filter((language) => language !== model.language)
    .map((language) =>
      buildReport(analysis, findings, { version: model.tool.version, language, redactor, notes, words: render }),
    );
  const ids = troubled(findings, analysis, HTML_LADDERS);
  return renderHtml({
    pages: [model, ...others].map((report) => sharePage(report, redactor)),
    analysis,
    findings,
    ladders: laddersOf(ids, analysis, recorder.log, findings, redactor),
    log: recorder.log,
    activity: recorder.activity,
    roundTrips: recorder.roundTrips,
    payloadsOff,
    redact: (text) => redactor.text(text),
  });
}

/** One ladder as a picture in a file of its own: of `connection`, or of the most troubled one. "" where there is none. */
export function svgLadder(
  model: ReportModel,
  connection: number | null,
  material: Material,
  redactor: Redactor,
): string {
  const { analysis, findings, recorder } = material;
  const ids = connection === null ? troubled(findings, analysis, 1) : [connection];
  const [ladder] = laddersOf(ids, analysis, recorder.log, findings, redactor);
  if (ladder === undefined) return "";
  const page = sharePage(model, redactor);
  return `${renderToStaticMarkup(<LadderSvg ladder={ladder} pages={[page]} style={pictureStyle} />)}\n`;
}
