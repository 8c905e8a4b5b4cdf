import { chromeOf } from "../../i18n/chrome/chrome.ts";
import type { ReportModel } from "../model/schema.ts";
import { type Paint, plain } from "./paint.ts";
import { captureLines } from "./text-capture.ts";
import { connectionLines } from "./text-connections.ts";
import { findingSections } from "./text-finding.ts";
import { headlineLines } from "./text-headline.ts";
import { noteLines } from "./text-notes.ts";
import type { TextPage } from "./text-page.ts";

/** Narrower terminals get lines of this width all the same: between the columns of a table no word would be left whole. */
const MINIMUM_WIDTH = 48;
/** Longer lines are hard to read. */
const MAXIMUM_WIDTH = 120;

/**
 * The report for a person: the first lines say what to change; then each finding with its evidence, the connections,
 * and what the capture holds. Everything from the network is escaped here.
 */
export function renderText(model: ReportModel, options: { width: number; paint?: Paint }): string {
  const page: TextPage = {
    model,
    chrome: chromeOf(model.language),
    paint: options.paint ?? plain,
    width: Math.min(MAXIMUM_WIDTH, Math.max(MINIMUM_WIDTH, options.width)),
    connectionById: new Map(model.connections.map((connection) => [connection.id, connection])),
    origin:
      model.captures
        .map((c) => c.firstPacketTime)
        .filter((time) => time !== null)
        .sort()[0] ?? null,
  };
  const sections = [
    headlineLines(page),
    ...findingSections(page),
    noteLines(page),
    connectionLines(page),
    captureLines(page),
  ];
  return `${sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join("\n"))
    .join("\n\n")}\n`;
}
