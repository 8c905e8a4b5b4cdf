import { displayWidth, padToWidth, truncateToWidth } from "../base/display-width.ts";
import { escapeText } from "../base/escape-text.ts";
import { chromeOf } from "../i18n/chrome/chrome.ts";
import { endedText } from "../i18n/chrome/ended-text.ts";
import type { Language } from "../i18n/language.ts";
import { textsOf } from "../i18n/render.ts";
import { shareWordsOf } from "../i18n/share/share.ts";
import type { ShareWords } from "../i18n/share/words.ts";
import type { LoggedFrame } from "../store/frame-log.ts";
import type { HttpFieldFacts } from "../store/http-types.ts";
import type { SynOptions } from "../store/tcp-types.ts";
import type { ConnectionFacts } from "../store/types.ts";
import type { BeatFacts } from "../store/websocket-types.ts";
import { opcodeName, type Units } from "./ladder.ts";
import { endingOf } from "./model/ending-of.ts";
import type { ConnectionModel } from "./model/schema.ts";
import type { Redactor } from "./redact.ts";

/** One side of a comparison: the session that stands for its capture. */
export interface Session {
  readonly facts: ConnectionFacts;
  readonly model: ConnectionModel;
  readonly firstFrames: readonly LoggedFrame[];
}

/** One row: what is compared, and how it was on both sides. null: absent. */
export interface ComparedRow {
  readonly name: string;
  readonly a: string | null;
  readonly b: string | null;
  readonly differs: boolean;
}

/** Values of the one capture that the other one's differ from by chance say nothing. */
const UNTOLD_FIELDS = new Set(["sec-websocket-key", "sec-websocket-accept", "date", "content-length", "age"]);
/** Times that vary from run to run: equal when within this factor of each other. */
const ALIKE = 2.5;

/** Everything comparable of two sessions in the order in which it happened on the wire. */
export function compareSessions(a: Session, b: Session, language: Language, redactor: Redactor): ComparedRow[] {
  const words = shareWordsOf(language);
  const { units } = textsOf(language);
  const chrome = chromeOf(language);
  const { compare } = words;
  const rows: ComparedRow[] = [];
  const same = (name: string, of: (session: Session) => string | null): void => {
    const [left, right] = [of(a), of(b)];
    rows.push({ name, a: left, b: right, differs: left !== right });
  };
  const measured = (name: string, of: (session: Session) => number | null): void => {
    const [left, right] = [of(a), of(b)];
    const differs =
      left === null || right === null
        ? left !== right
        : Math.max(left, right) > 1 && Math.max(left, right) > ALIKE * Math.min(left, right);
    const say = (ms: number | null): string | null => (ms === null ? null : units.duration(ms));
    rows.push({ name, a: say(left), b: say(right), differs });
  };
  opening(words, same, measured);
  fields(a, b, "request", words, redactor, rows, same);
  same(compare.status, ({ facts }) => statusText(facts, redactor));
  fields(a, b, "response", words, redactor, rows, same);
  same(compare.firstFrame, ({ firstFrames: [frame] }) =>
    frame === undefined
      ? null
      : `${words.sender[frame.direction === 0 ? "client" : "server"]}: ${opcodeName(frame.opcode)}`,
  );
  same(compare.engineIo, ({ facts }) => engineIoText(facts, units));
  measured(compare.pingInterval, ({ facts }) => beatOf(facts)?.intervalMs ?? null);
  measured(compare.pingRoundTrip, ({ facts }) => beatOf(facts)?.roundTripMs?.median ?? null);
  same(compare.missingPongs, ({ facts }) => String(beatOf(facts)?.missing ?? 0));
  same(compare.retransmissions, ({ facts }) => {
    const count = facts.tcp.halves[0].retransmissions + facts.tcp.halves[1].retransmissions;
    return count === 0 ? "0" : count < FEW ? `1–${FEW - 1}` : `≥ ${FEW}`;
  });
  same(compare.ending, ({ model }) => endedText(chrome, endingOf(model)));
  return rows.filter(({ a: left, b: right }) => left !== null || right !== null);
}

const FEW = 10;

type Same = (name: string, of: (session: Session) => string | null) => void;
type Measured = (name: string, of: (session: Session) => number | null) => void;

function opening({ compare, sender }: ShareWords, same: Same, measured: Measured): void {
  for (const index of [0, 1] as const) {
    const who = sender[index === 0 ? "client" : "server"];
    same(`${who} ${compare.mss}`, ({ facts }) => numberText(facts.tcp.halves[index].synOptions?.mss ?? null));
    same(`${who} ${compare.synOptions}`, ({ facts }) => optionsText(facts.tcp.halves[index].synOptions));
    same(`${who} ${compare.hopLimit}`, ({ facts }) => numberText(facts.tcp.halves[index].hopLimit));
  }
  same(compare.opening, ({ facts }) => facts.tcp.opening);
  measured(compare.roundTrip, ({ facts }) => facts.tcp.roundTripMs);
}

const numberText = (value: number | null): string | null => (value === null ? null : String(value));

const optionsText = (options: SynOptions | null): string | null =>
  options === null
    ? null
    : [
        options.windowScale === null ? "" : `wscale ${options.windowScale}`,
        options.sackPermitted ? "SACK" : "",
        options.timestamps ? "timestamps" : "",
      ]
        .filter((part) => part !== "")
        .join(", ");

const statusText = ({ upgrade }: ConnectionFacts, redactor: Redactor): string | null => {
  const response = upgrade?.exchange.response;
  return response == null ? null : escapeText(redactor.text(`${response.status} ${response.reason}`));
};

function engineIoText({ session }: ConnectionFacts, units: Units): string | null {
  const timers = session?.engineIo?.timers;
  return timers == null ? null : `${units.duration(timers.pingIntervalMs)} + ${units.duration(timers.pingTimeoutMs)}`;
}

/** The heartbeat that there is: of WebSocket pings the side that sends more, else Engine.IO's. */
function beatOf({ webSocket, session }: ConnectionFacts): BeatFacts | null {
  const beats = [...(webSocket?.heartbeat ?? []), ...(session?.engineIo?.heartbeat ?? [])];
  const most = Math.max(0, ...beats.map(({ pings }) => pings));
  return most === 0 ? null : (beats.find(({ pings }) => pings === most) ?? null);
}

function fields(
  a: Session,
  b: Session,
  of: "request" | "response",
  { compare }: ShareWords,
  redactor: Redactor,
  rows: ComparedRow[],
  same: Same,
): void {
  const listOf = ({ facts }: Session): readonly HttpFieldFacts[] => facts.upgrade?.exchange[of]?.fields ?? [];
  if (of === "request") {
    same(compare.request, ({ facts }) => {
      const request = facts.upgrade?.exchange.request;
      return request == null
        ? null
        : escapeText(redactor.text(`${request.method} ${request.target} HTTP/${request.version}`));
    });
  }
  const names = [...new Set([...listOf(a), ...listOf(b)].map(({ name }) => name.toLowerCase()))];
  const fieldOf = (session: Session, wanted: string): string | null => {
    const values = listOf(session).filter(({ name }) => name.toLowerCase() === wanted);
    if (values.length === 0) return null;
    return escapeText(values.map(({ name, value }) => redactor.field(name, value)).join(", "));
  };
  for (const name of names) {
    if (UNTOLD_FIELDS.has(name)) continue;
    const [left, right] = [fieldOf(a, name), fieldOf(b, name)];
    // Fields that are alike on both sides would bury the others.
    if (left !== right) rows.push({ name: escapeText(name), a: left, b: right, differs: true });
  }
}

/** The comparison as text: the first difference in a sentence, then all rows side by side. */
export function renderComparison(
  rows: readonly ComparedRow[],
  names: readonly [string, string],
  language: Language,
  width: number,
): string {
  const words = shareWordsOf(language);
  const { compare } = words;
  const first = rows.find(({ differs }) => differs);
  const shown = (value: string | null): string => (value === null || value === "" ? compare.absent : value);
  const lines = [compare.title, `  A  ${escapeText(names[0])}`, `  B  ${escapeText(names[1])}`, ""];
  lines.push(first === undefined ? compare.same : words.divergence(first.name, shown(first.a), shown(first.b)), "");
  const nameWidth = Math.max(displayWidth(compare.item), ...rows.map(({ name }) => Math.min(NAME, displayWidth(name))));
  const room = Math.max(LEAST, Math.floor((Math.min(width, WIDEST) - nameWidth - 6) / 2));
  const line = (sign: string, name: string, a: string, b: string): string =>
    `${sign} ${padToWidth(truncateToWidth(name, nameWidth), nameWidth)}  ${padToWidth(truncateToWidth(a, room), room)}  ${truncateToWidth(b, room)}`.trimEnd();
  lines.push(line(" ", compare.item, "A", "B"));
  for (const row of rows) lines.push(line(row.differs ? "≠" : " ", row.name, shown(row.a), shown(row.b)));
  return `${lines.join("\n")}\n`;
}

const NAME = 40;
const LEAST = 20;
const WIDEST = 140;

/** The connection that stands for a capture: the one with the worst finding, else the first WebSocket. */
export function sessionOf(
  connections: readonly ConnectionFacts[],
  troubledIds: readonly number[],
): ConnectionFacts | null {
  const worst = connections.find(({ id }) => id === troubledIds[0]);
  const webSocket = connections.find((facts) => facts.webSocket !== null);
  return worst ?? webSocket ?? connections.find((facts) => facts.upgrade !== null) ?? connections[0] ?? null;
}
