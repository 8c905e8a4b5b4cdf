import { displayWidth } from "../../base/display-width.ts";
import { escapeText } from "../../base/escape-text.ts";
import { Line } from "../cells.ts";
import type { Context } from "../context.ts";
import { keymap, keyName } from "../keymap.ts";
import { mainViews, type State, type View } from "../state.ts";

const NAME = " wscap ";

interface TabSpan {
  readonly view: (typeof mainViews)[number];
  readonly label: string;
  readonly start: number;
  readonly end: number;
}

/** Which of the main views one is in, or came from. */
const mainOf = ({ view }: State): View => (view === "ladder" || view === "detail" ? "connections" : view);

/** What is looked at inside of a main view. */
const crumbOf = (state: State, { words }: Context): string =>
  state.view === mainOf(state)
    ? ""
    : ` › ${words.views[state.view]} ${connectionsNamed(state.ladder.ids)}${placeOf(state)} `;

/** Where the names of the views stand: drawn and clicked on. */
export const tabSpans = (state: State, context: Context): TabSpan[] => headParts(state, context).spans;

/** In a narrow window the program's own name goes first; then the other views have only their numbers. */
function headParts(state: State, context: Context): { name: string; spans: TabSpan[] } {
  const room = state.size.columns - displayWidth(crumbOf(state, context));
  const forms = [
    { name: `${NAME} `, named: true },
    { name: "", named: true },
    { name: `${NAME} `, named: false },
  ].map(({ name, named }) => ({ name, spans: spansFrom(displayWidth(name), named, state, context) }));
  const fitting = forms.find(({ spans }) => (spans.at(-1)?.end ?? 0) <= room) ?? forms.at(-1);
  return fitting ?? { name: "", spans: [] };
}

function spansFrom(start: number, isNamed: boolean, state: State, { words }: Context): TabSpan[] {
  let at = start;
  return mainViews.map((view, index) => {
    const count = view === "findings" && state.shown.findings.length > 0 ? ` ${state.shown.findings.length}` : "";
    const title = isNamed || view === mainOf(state) ? ` ${words.views[view]}${count}` : "";
    const label = ` ${index + 1}${title} `;
    const span = { view, label, start: at, end: at + displayWidth(label) };
    at = span.end;
    return span;
  });
}

/** The top line: where one is, where one can go, and what is looked at. */
export function headLine(state: State, context: Context): string {
  const { palette, words } = context;
  const { columns } = state.size;
  const line = new Line(palette, columns);
  const { name: program, spans } = headParts(state, context);
  const current = mainOf(state);
  line.add(program, "barStrong");
  for (const { view, label } of spans) line.add(label, view === current ? "cursorTab" : "bar");
  line.add(crumbOf(state, context), "barStrong");
  const name = escapeText(state.shown.capture.name);
  const facts = ` ${name} · ${words.packets(state.shown.statistics.packets)} `;
  const short = ` ${name.slice(name.lastIndexOf("/") + 1)} `;
  const right = [facts, short].find((text) => displayWidth(text) <= columns - line.width) ?? "";
  line.add(" ".repeat(Math.max(0, columns - line.width - displayWidth(right))), "bar").add(right, "bar");
  return line.end();
}

/** Which one it is of those that a finding is about. */
const placeOf = ({ ladder: { among, chosen } }: State): string =>
  among === null || chosen === null ? "" : ` (${among.indexOf(chosen) + 1}/${among.length})`;

const NAMED = 3;
const connectionsNamed = (ids: readonly number[]): string =>
  ids
    .slice(0, NAMED)
    .map((id) => `#${id}`)
    .join(" ") + (ids.length > NAMED ? " …" : "");

/** The bottom line: what the keys do here. */
export function footLine(state: State, { palette, words }: Context): string {
  const line = new Line(palette, state.size.columns);
  const hints = keymap
    .filter(({ views, hint }) => hint !== undefined && views.includes(state.view))
    .filter(({ refuses }) => (refuses?.(state) ?? null) === null)
    .filter(({ action }) => action !== "back" || canGoBack(state))
    .sort((a, b) => (a.hint ?? 0) - (b.hint ?? 0));
  // Help and quit are always there, whatever else fits.
  const last = hints.filter(({ action }) => action === "help" || action === "quit");
  const text = (binding: (typeof hints)[number]): [string, string] => [
    ` ${keyName(binding.keys[0] ?? "")} `,
    `${words.actions[binding.action].short} `,
  ];
  const width = (binding: (typeof hints)[number]): number => displayWidth(text(binding).join(""));
  let room = state.size.columns - last.reduce((sum, binding) => sum + width(binding), 0);
  for (const binding of hints) {
    const isLast = last.includes(binding);
    if (!isLast && width(binding) > room) continue;
    if (!isLast) room -= width(binding);
    const [key, label] = text(binding);
    line.add(key, "barStrong").add(label, "dim");
  }
  return line.end();
}

const canGoBack = (state: State): boolean =>
  state.trail.length > 0 || state.view !== "connections" || state.list.filter !== "";

/** Between body and foot: a message, or progress, or what the capture is doing, or a first hint. */
export function statusLine(state: State, context: Context): string {
  const { palette, words, chrome } = context;
  const line = new Line(palette, state.size.columns);
  const { message, busy, progress, list, latest, frozen } = state;
  if (message !== null) {
    const role = { good: "good", error: "error", plain: "strong" } as const;
    return line.add(` ${escapeText(message.text)}`, role[message.tone]).end();
  }
  if (busy !== null) line.add(` ${escapeText(busy)} `, "accent").gap(1);
  if (frozen) line.add(` ${words.frozen(latest.statistics.packets - state.shown.statistics.packets)} `, "alarm").gap(1);
  if (state.live && state.whyEnded !== null) {
    line.add(` ● ${words.live.ended}`, "error").add(`  ${escapeText(state.whyEnded)}`);
  } else if (state.live) {
    const seconds = latest.clockNs / 1e9;
    line
      .add(` ● ${words.live[latest.state]}`, latest.state === "ended" ? "dim" : "good")
      .add(`  ${escapeText(latest.capture.name)}`);
    line
      .add(`  ${words.packetsPerSecond(state.rate.packetsPerSecond)}`)
      .add(`  ${words.dropped(latest.statistics.dropped)}`, (latest.statistics.dropped ?? 0) > 0 ? "error" : "dim");
    line.add(`  ${words.spool(latest.capture.bytes)}`, "dim").add(`  ${chrome.duration(seconds)}`, "dim");
    if (state.follow) line.add(`  ${words.following}`, "accent");
  } else if (progress !== null) {
    const percent = progress.totalBytes ? Math.floor((100 * progress.readBytes) / progress.totalBytes) : null;
    line.add(` ${words.reading(percent, `${(progress.readBytes / 1e6).toFixed(0)} MB`)}`, "accent");
  }
  // It chooses connections; the other lists show all.
  if (list.filter !== "" && state.view === "connections")
    line.add(`  ${words.filterIs(escapeText(list.filter))}`, "accent");
  if (line.width === 0 && !state.greeted) line.add(` ${words.hint}`, "accent");
  return line.end();
}
