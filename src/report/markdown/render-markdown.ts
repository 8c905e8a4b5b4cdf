import type { List, ListItem, PhrasingContent, RootContent } from "mdast";
import { gfmToMarkdown } from "mdast-util-gfm";
import { toMarkdown } from "mdast-util-to-markdown";
import { escapeText } from "../../base/escape-text.ts";
import { secondsBetween } from "../../base/time.ts";
import { endedText } from "../../i18n/chrome/ended-text.ts";
import type { Ladder } from "../ladder.ts";
import { endingOf } from "../model/ending-of.ts";
import type { ConnectionModel, FindingModel, ReportModel } from "../model/schema.ts";
import type { SharePage } from "../share-page.ts";
import { storyLines } from "../story.ts";
import { ladderText } from "../text/ladder-text.ts";
import { noteWhere } from "../text/note-where.ts";
import { baseName, clockOf, inFileName, inFileText, offsetOf, peersText } from "../text/text-page.ts";
import { originOf } from "../times.ts";
import { block, code, heading, list, paragraph, strong, table, text } from "./nodes.ts";

const FINDINGS = 20;
const NOTED = 50;
const CONNECTIONS = 30;

/** The report for an issue or a chat: the story in ten lines, then the proof. GitHub flavoured Markdown. */
export function renderMarkdown(page: SharePage, ladders: readonly Ladder[]): string {
  const { model, words } = page;
  const children: RootContent[] = [
    heading(
      1,
      ...text(`${words.title}${page.chrome.colon}${model.captures.map(({ name }) => baseName(name)).join(", ")}`),
    ),
    list(storyLines(page).map((line) => text(line))),
    ...findingParts(page),
    ...ladders.flatMap((ladder) => [
      heading(2, ...text(words.ladderOf(ladder.connection))),
      block(ladderText(ladder, words, page.units)),
    ]),
    ...noteParts(page),
    ...connectionParts(page),
    ...environmentParts(page),
    ...reproduceParts(page),
  ];
  return toMarkdown(
    { type: "root", children },
    { extensions: [gfmToMarkdown({ tablePipeAlign: false })], bullet: "-", fences: true, rule: "-" },
  );
}

const at = (page: SharePage, time: string): string => offsetOf({ origin: originOf(page.model) }, time);

function findingParts(page: SharePage): RootContent[] {
  const { model, words, chrome } = page;
  const parts: RootContent[] = [heading(2, ...text(words.findings))];
  if (model.findings.length === 0) return [...parts, paragraph(...text(words.noFindings))];
  for (const finding of model.findings.slice(0, FINDINGS)) parts.push(...findingPart(page, finding));
  const rest = model.findings.length - FINDINGS;
  if (rest > 0) parts.push(paragraph(...text(chrome.moreFindings(rest))));
  return parts;
}

function findingPart(page: SharePage, finding: FindingModel): RootContent[] {
  const { chrome, words, model } = page;
  const connection = model.connections.find(({ id }) => id === finding.connection);
  const where: PhrasingContent[] =
    connection === undefined
      ? []
      : [...text(` · ${words.connectionNumber(connection.id)} `), code(whereText(connection))];
  const parts: RootContent[] = [
    heading(3, ...text(`${chrome.severity[finding.severity]}${chrome.colon}${finding.title}`)),
    paragraph(
      code(finding.rule),
      ...text(` · ${chrome.confidence[finding.confidence]}`),
      ...where,
      ...follows(page, finding),
    ),
  ];
  if (finding.detail !== "" && finding.followsFrom === null) parts.push(paragraph(...text(finding.detail)));
  if (finding.alsoConnections.length > 0) {
    const ids = finding.alsoConnections.slice(0, NOTED).join(", ");
    parts.push(paragraph(...text(chrome.alsoOn(finding.alsoConnections.length, ids))));
  }
  if (finding.evidence.length > 0) {
    const items = [...finding.evidence].sort((a, b) => a.packet - b.packet);
    const rows = items.map((item) => [
      text(String(item.packet)),
      text(at(page, item.time)),
      text(`${inFileText(page.model, item)}${item.what}`),
    ]);
    const clock = clockOf({ origin: originOf(page.model), chrome }, items.at(-1)?.time ?? "");
    parts.push(table([words.headers.packet, words.headers.time, `${words.headers.what}${clock}`], rows, [0, 1]));
  }
  if (finding.followsFrom !== null) return parts;
  if (finding.causes.length > 0) {
    parts.push(paragraph(strong(chrome.causes)), causeList(page, finding));
  }
  if (finding.wiresharkFilter !== "")
    parts.push(paragraph(...text(`${chrome.wireshark}${chrome.colon}`), code(finding.wiresharkFilter)));
  return parts;
}

const follows = ({ chrome }: SharePage, { followsFrom }: FindingModel): PhrasingContent[] =>
  followsFrom === null ? [] : text(` · ${chrome.followsFrom(followsFrom)}`);

const whereText = (connection: ConnectionModel): string =>
  `${peersText(connection)}${connection.upgrade?.target == null ? "" : ` ${connection.upgrade.target}`}`;

function causeList({ chrome }: SharePage, { causes }: FindingModel): List {
  const items = causes.map(({ cause, fix, confidence }): ListItem => {
    // Configuration to copy follows its sentence line by line.
    const [advice = "", ...configuration] = fix.split("\n");
    const said = `${chrome.confidence[confidence]}${chrome.colon}${oneLine(cause)}${advice === "" ? "" : ` → ${advice}`}`;
    const lines = configuration.map((line) => escapeText(line));
    return {
      type: "listItem",
      spread: false,
      children: [paragraph(...text(said)), ...(lines.length > 0 ? [block(lines)] : [])],
    };
  });
  return { type: "list", ordered: false, spread: false, children: items };
}

const oneLine = (value: string): string => value.replace(/\s*\n\s*/g, " ");

function noteParts(page: SharePage): RootContent[] {
  const { model, words } = page;
  if (model.annotations.length === 0) return [];
  const rows = model.annotations
    .slice(0, NOTED)
    .map((note) => [
      text(noteWhere(words, note)),
      text(note.text.replace(/\s*\n\s*/g, " ⏎ ")),
      text(note.author === "" ? (note.source === "capture" ? words.fromCapture : "") : note.author),
    ]);
  return [heading(2, ...text(words.notes)), table([words.headers.where, words.headers.note, words.headers.who], rows)];
}

function connectionParts(page: SharePage): RootContent[] {
  const { model, chrome } = page;
  if (model.connections.length === 0) return [];
  const rows = model.connections
    .slice(0, CONNECTIONS)
    .map((c) => [
      text(String(c.id)),
      [code(peersText(c))],
      c.upgrade?.target == null ? [] : [code(c.upgrade.target)],
      text(chrome.duration(Math.max(0, secondsBetween(c.startTime, c.endTime)))),
      text(endedText(chrome, endingOf(c))),
    ]);
  const { columns } = chrome;
  const rest = model.connections.length - CONNECTIONS;
  return [
    heading(2, ...text(page.words.timeline)),
    table([columns.id, columns.peers, columns.target, columns.lasted, columns.ended], rows, [0, 3]),
    ...(rest > 0 ? [paragraph(...text(chrome.moreConnections(rest)))] : []),
  ];
}

function environmentParts(page: SharePage): RootContent[] {
  const { words } = page;
  const items = environmentFacts(page).map(([name, value]) => [strong(name), ...text(page.chrome.colon + value)]);
  return [heading(2, ...text(words.environment)), list(items)];
}

/** What the capture holds and what was hidden, as pairs. */
export function environmentFacts(page: SharePage): [string, string][] {
  const { model, words, chrome } = page;
  const { facts } = words;
  const rows: [string, string][] = [];
  for (const capture of model.captures) {
    const { firstPacketTime: first, lastPacketTime: last } = capture;
    const compression = capture.compression === "none" ? "" : `, ${capture.compression}`;
    rows.push([facts.file, baseName(capture.name)], [facts.format, capture.format + compression]);
    rows.push([facts.link, capture.linkTypes.join(", ")], [facts.packets, String(capture.packets)]);
    if (first !== null && last !== null) {
      rows.push([facts.start, `${first.slice(0, 10)} ${first.slice(11, 23)} UTC`]);
      rows.push([facts.span, chrome.duration(Math.max(0, secondsBetween(first, last)))]);
    }
    rows.push([facts.drops, capture.dropped === null ? words.unknown : String(capture.dropped)]);
    if (capture.truncatedPackets > 0) rows.push([facts.truncated, String(capture.truncatedPackets)]);
    if (capture.malformed > 0) rows.push([facts.malformed, String(capture.malformed)]);
    if (capture.endedEarly !== null) {
      rows.push([facts.endedEarly, chrome.endedEarlyWhy[capture.endedEarly] ?? capture.endedEarly]);
    }
  }
  rows.push([facts.tool, `${model.tool.name} ${model.tool.version}`]);
  rows.push([facts.redaction, redactionText(page)]);
  return rows;
}

export function redactionText({ model, chrome, words, addressesHidden }: SharePage): string {
  const secrets = model.redaction.applied ? chrome.redacted(model.redaction.hidden) : chrome.notRedacted;
  return addressesHidden ? `${secrets} ${words.addressesHidden}` : secrets;
}

/** The packets of each capture, by the numbers that they have in there; a single one has no name. */
function notedPackets({ findings, captures }: ReportModel): Map<string, number[]> {
  const byFile = new Map<string, Set<number>>();
  for (const { evidence } of findings)
    for (const item of evidence) {
      const file = inFileName({ captures }, item);
      byFile.set(file, (byFile.get(file) ?? new Set()).add(item.inFile?.packet ?? item.packet));
    }
  return new Map([...byFile].map(([file, packets]) => [file, [...packets].sort((a, b) => a - b).slice(0, NOTED)]));
}

function reproduceParts({ model, words, chrome }: SharePage): RootContent[] {
  const filters = [...notedPackets(model)].map(
    ([file, packets]) => [file, `frame.number in {${packets.join(", ")}}`] as const,
  );
  const [only] = filters;
  if (only === undefined) return [];
  return [
    heading(2, ...text(words.reproduce)),
    ...filters.map(([file, filter]) =>
      paragraph(
        ...text(`${words.evidencePackets}${file === "" ? "" : `${chrome.comma}${file}`}${chrome.colon}`),
        code(filter),
      ),
    ),
    list(
      words.reproduceSteps(model.captures.length > 1 ? null : only[1]).map((step) => text(step)),
      true,
    ),
  ];
}
