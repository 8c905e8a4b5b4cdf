import { escapeText } from "../../base/escape-text.ts";
import { secondsBetween } from "../../base/time.ts";
import type { ReportModel } from "../model/schema.ts";
import { paragraph, type TextPage } from "./text-page.ts";

/** What the capture holds, what was not read, and what was hidden. */
export function captureLines(page: TextPage): string[] {
  const { model, chrome, paint } = page;
  const lines = [paint.strong(chrome.capture)];
  for (const capture of model.captures) lines.push(...paragraph(page, factsOf(page, capture), "    ", "  "));
  const others = Object.entries(model.totals.notDecoded).sort(([, a], [, b]) => b - a);
  if (others.length > 0) {
    const what = others.map(([kind, n]) => `${n} ${escapeText(kind)}`).join(chrome.comma);
    lines.push(...paragraph(page, chrome.notDecoded(what), "    ", "  "));
  }
  const hidden = model.redaction.applied ? chrome.redacted(model.redaction.hidden) : chrome.notRedacted;
  lines.push(...paragraph(page, hidden, "    ", "  "));
  return lines;
}

function factsOf(page: TextPage, capture: ReportModel["captures"][number]): string {
  const { chrome } = page;
  const { firstPacketTime: first, lastPacketTime: last } = capture;
  const format =
    capture.compression === "none" ? capture.format : `${capture.format}${chrome.comma}${capture.compression}`;
  return [
    `${capture.name}${chrome.colon}${format}`,
    capture.linkTypes.join(" + "),
    chrome.packets(capture.packets),
    first === null || last === null ? "" : chrome.duration(Math.max(0, secondsBetween(first, last))),
    first === null ? "" : `${first.slice(0, 10)} ${first.slice(11, 23)} UTC`,
    chrome.droppedCount(capture.dropped),
    capture.truncatedPackets === 0 ? "" : chrome.truncated(capture.truncatedPackets),
    capture.malformed === 0 ? "" : chrome.malformed(capture.malformed),
  ]
    .filter((part) => part !== "")
    .join(chrome.comma);
}
