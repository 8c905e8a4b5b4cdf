import { displayWidth, padStartToWidth, padToWidth, truncateToWidth } from "../../base/display-width.ts";
import { escapeText } from "../../base/escape-text.ts";
import type { FindingModel } from "../model/schema.ts";
import { clockOf, inFileText, offsetOf, paragraph, peersText, type TextPage } from "./text-page.ts";

/** Folded connections named one by one; more are only counted. */
const NAMED = 10;

/** Findings told at length; the rest get a line each, and beyond that are counted. */
const TOLD = 20;
const LISTED = 200;

/** Lines of a long path. */
const PLACE_LINES = 3;

/** All findings as sections. What merely follows from another is told briefly: its cure is that of the other. */
export function findingSections(page: TextPage): string[][] {
  const { model, chrome } = page;
  const sections = model.findings.slice(0, TOLD).map((finding) => findingLines(page, finding));
  const listed = model.findings.slice(TOLD, LISTED).flatMap((finding) => titleLines(page, finding));
  const uncounted = model.findings.length - LISTED;
  if (uncounted > 0) listed.push(chrome.moreFindings(uncounted));
  return [...sections, listed];
}

/** One finding: what was seen, the packets that show it, why it may be, what to do, and the filter to see it. */
function findingLines(page: TextPage, finding: FindingModel): string[] {
  if (finding.followsFrom !== null) return [...titleLines(page, finding), ...evidenceLines(page, finding)];
  return [
    ...titleLines(page, finding),
    ...(finding.detail === "" ? [] : paragraph(page, finding.detail, "  ")),
    ...alsoLines(page, finding),
    ...evidenceLines(page, finding),
    ...causeLines(page, finding),
    ...filterLines(page, finding),
  ];
}

function titleLines(page: TextPage, finding: FindingModel): string[] {
  const { chrome, paint } = page;
  const tint = { error: paint.error, warning: paint.warning, note: paint.strong }[finding.severity];
  const connection = finding.connection === null ? undefined : page.connectionById.get(finding.connection);
  const target = connection?.upgrade?.target ?? "";
  const where =
    finding.connection === null || connection === undefined
      ? ""
      : `${chrome.connection} #${finding.connection}  ${peersText(connection)}${target === "" ? "" : ` ${escapeText(target)}`}`;
  const remarks = [
    ...(finding.confidence === "certain" ? [] : [chrome.confidence[finding.confidence]]),
    ...(finding.followsFrom === null ? [] : [chrome.followsFrom(finding.followsFrom)]),
  ];
  const remark = remarks.length === 0 ? "" : `  ${chrome.remark(remarks.join(chrome.comma))}`;
  const severity = chrome.severity[finding.severity];
  // In a narrow terminal the remark gets a line of its own.
  const isNarrow = displayWidth(`${severity}  ${finding.rule}${remark}`) > page.width;
  const name = `  ${finding.rule}${isNarrow ? "" : remark}`;
  // So does a place that does not fit whole: its end, the server and the path, tells most.
  const isBeside = displayWidth(`${severity}${name}  ${where}`) <= page.width;
  const below = where === "" || isBeside ? [] : paragraph(page, truncateToWidth(where, PLACE_LINES * page.width), "  ");
  return [
    `${tint(severity)}${name}${isBeside && where !== "" ? paint.dim(`  ${where}`) : ""}`,
    ...(isNarrow ? paragraph(page, remark.trim(), "  ") : []),
    ...below.map(paint.dim),
    ...paragraph(page, finding.title, "  ").map(paint.strong),
  ];
}

function alsoLines(page: TextPage, finding: FindingModel): string[] {
  const also = finding.alsoConnections;
  if (also.length === 0) return [];
  const ids = also.slice(0, NAMED).map((id) => `#${id}`);
  if (also.length > NAMED) ids.push("…");
  return paragraph(page, page.chrome.alsoOn(also.length, ids.join(page.chrome.comma)), "  ");
}

function evidenceLines(page: TextPage, finding: FindingModel): string[] {
  if (finding.evidence.length === 0) return [];
  const { chrome, paint } = page;
  const items = [...finding.evidence].sort((a, b) => a.packet - b.packet);
  const rows = items.map(
    (item) => [String(item.packet), offsetOf(page, item.time), `${inFileText(page.model, item)}${item.what}`] as const,
  );
  const packetWidth = Math.max(displayWidth(chrome.packet), ...rows.map(([packet]) => packet.length));
  const timeWidth = Math.max(displayWidth(chrome.time), ...rows.map(([, time]) => time.length));
  const head = `    ${padStartToWidth(chrome.packet, packetWidth)}  ${padStartToWidth(chrome.time, timeWidth)}  `;
  const indent = " ".repeat(displayWidth(head));
  const lines = paragraph(page, `${chrome.what}${clockOf(page, items.at(-1)?.time ?? "")}`, indent, head).map(
    paint.dim,
  );
  for (const [packet, time, what] of rows) {
    const first = `    ${packet.padStart(packetWidth)}  ${time.padStart(timeWidth)}  `;
    lines.push(...paragraph(page, what, indent, first));
  }
  return lines;
}

function causeLines(page: TextPage, finding: FindingModel): string[] {
  if (finding.causes.length === 0) return [];
  const { chrome, paint } = page;
  const width = Math.max(...finding.causes.map((cause) => displayWidth(chrome.confidence[cause.confidence])));
  const indent = " ".repeat(width + 6);
  const lines = [paint.dim(`    ${chrome.causes}`)];
  for (const { cause, fix, confidence } of finding.causes) {
    lines.push(...paragraph(page, cause, indent, `    ${padToWidth(chrome.confidence[confidence], width)}  `));
    if (fix !== "") lines.push(...paragraph(page, fix, `${indent}  `, `${indent}→ `).map(paint.action));
  }
  return lines;
}

/** On one line whatever its length: it is there to be copied. */
const filterLines = (page: TextPage, finding: FindingModel): string[] =>
  finding.wiresharkFilter === ""
    ? []
    : [`    ${page.paint.dim(page.chrome.wireshark + page.chrome.colon)}${escapeText(finding.wiresharkFilter)}`];
