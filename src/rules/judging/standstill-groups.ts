import { appendTo } from "../../base/append-to.ts";
import { SERVER } from "../../base/brand.ts";
import { firstIndex } from "../../base/first-index.ts";
import type { ConnectionFacts } from "../../store/types.ts";
import type { Context } from "../context/context.ts";
import { NS_PER_MS, serverOf } from "../reading/reading.ts";
import { type TimeIndex, timeIndex, within } from "../reading/time-index.ts";
import type { Sign } from "./standstill-signs.ts";

/** A time in which a server said nothing to anybody, and who shows it. */
export interface Standstill {
  /** Its last word. */
  readonly sinceNs: number;
  /** Its next word, or what was seen last of the silence. */
  readonly untilNs: number;
  readonly woke: boolean;
  readonly signs: readonly Sign[];
}

/** A server that says something every so often. */
const TALKS_NS = 2e9;
const LEAST_NS = 3e9;
/** What it says as it wakes up, to one after the other. */
const WAKING_NS = 1e9;

/** When a server is known to have spoken. */
interface Speech {
  /** Single words, in the order of time. */
  readonly words: readonly number[];
  /** Times without a pause of two seconds, none touching another, in the order of time. */
  readonly spans: readonly (readonly [fromNs: number, untilNs: number])[];
}

/** The standstills of one server, from what its connections show. */
export function standstillsOf(signs: readonly Sign[], speech: Speech): Standstill[] {
  const silent = signs.filter(({ kind }) => kind === "silence").sort((a, b) => a.sinceNs - b.sinceNs);
  const requests = signs.filter(({ kind }) => kind === "request").sort((a, b) => a.sinceNs - b.sinceNs);
  const ended = timeIndex(
    signs.filter(({ kind }) => kind === "ended"),
    ({ untilNs }) => untilNs,
  );
  return groupsOf(silent).flatMap((group) => {
    const found = standstillOf(group, requests, ended, speech);
    return found === null ? [] : [found];
  });
}

/** One moment must fit all of a group: the server stopped after its last word to each, and before it owed the next to any. */
function groupsOf(signs: readonly Sign[]): Group[] {
  const groups: Group[] = [];
  for (const sign of signs) {
    const stoppedNs = Math.min(sign.dueNs, (sign.sinceNs + sign.untilNs) / 2);
    const group = groups.at(-1);
    if (group === undefined || sign.sinceNs > group.stoppedNs) groups.push({ signs: [sign], stoppedNs });
    else {
      group.signs.push(sign);
      group.stoppedNs = Math.min(group.stoppedNs, stoppedNs);
    }
  }
  return groups;
}

interface Group {
  readonly signs: Sign[];
  /** It had stopped by then. */
  stoppedNs: number;
}

function standstillOf(
  { signs: group, stoppedNs }: Group,
  requests: readonly Sign[],
  ended: TimeIndex<Sign>,
  speech: Speech,
): Standstill | null {
  const lastSignNs = group.reduce((ns, sign) => Math.max(ns, sign.sinceNs), Number.NEGATIVE_INFINITY);
  // Others got a last word, too.
  const { words } = speech;
  const before = firstIndex(words.length, (index) => (words[index] as number) > stoppedNs) - 1;
  const sinceNs = Math.max(lastSignNs, words[before] ?? lastSignNs);
  const wokeNs = spokeAfter(speech, sinceNs);
  const members = group.filter(({ untilNs, paceNs }) => untilNs <= wokeNs + paceNs);
  const first = firstIndex(requests.length, (index) => (requests[index] as Sign).sinceNs >= sinceNs);
  const asked: Sign[] = [];
  for (let index = first; index < requests.length; index++) {
    const request = requests[index] as Sign;
    if (request.sinceNs >= wokeNs) break;
    if (!request.woke || request.untilNs <= wokeNs + WAKING_NS) asked.push(request);
  }
  // Whom it hangs up on in the moment in which it wakes, after that silence.
  const dropped = within(ended, wokeNs - WAKING_NS, wokeNs + WAKING_NS).filter((sign) => sign.sinceNs <= sinceNs);
  const signs = [...members, ...asked, ...dropped];
  const seenNs = signs.reduce((ns, { untilNs }) => Math.max(ns, untilNs), Number.NEGATIVE_INFINITY);
  const untilNs = Math.min(wokeNs, seenNs);
  if (untilNs - sinceNs < LEAST_NS) return null;
  return { sinceNs, untilNs, woke: wokeNs <= seenNs + WAKING_NS, signs };
}

/** Its first word after that moment. */
function spokeAfter({ words, spans }: Speech, sinceNs: number): number {
  const word = words[firstIndex(words.length, (index) => (words[index] as number) > sinceNs)];
  // It talked on elsewhere, without a pause.
  const span = spans[firstIndex(spans.length, (index) => (spans[index]?.[1] ?? 0) > sinceNs + TALKS_NS)];
  const talkedNs = span === undefined ? Number.POSITIVE_INFINITY : Math.max(span[0], sinceNs + TALKS_NS);
  return Math.min(word ?? Number.POSITIVE_INFINITY, talkedNs);
}

/** When each of these servers spoke, as far as its connections show. */
export function speechOf(servers: ReadonlySet<string>, { analysis, joins }: Context): Map<string, Speech> {
  const words = new Map<string, number[]>();
  const spans = new Map<string, (readonly [number, number])[]>();
  for (const connection of analysis.connections) {
    const server = serverOf(connection);
    if (!servers.has(server)) continue;
    const aheadNs = joins.aheadNs.get(connection.id) ?? 0;
    for (const ns of wordsOf(connection)) appendTo(words, server, ns - aheadNs);
    for (const [from, until] of spansOf(connection)) appendTo(spans, server, [from - aheadNs, until - aheadNs]);
  }
  return new Map(
    [...servers].map((server) => [
      server,
      { words: (words.get(server) ?? []).sort((a, b) => a - b), spans: merged(spans.get(server) ?? []) },
    ]),
  );
}

function wordsOf({ tcp, exchanges, webSocket }: ConnectionFacts): number[] {
  const { longestPause } = tcp.halves[SERVER];
  const marks = [longestPause?.until, webSocket?.firstFrame[SERVER], webSocket?.lastFrame[SERVER]];
  const answers = exchanges.map(({ response }) => response?.first);
  return [...marks, ...answers].flatMap((mark) => (mark ? [mark.timestampNs] : []));
}

/** From its first word to its last, the longest pause left out; empty: it pauses more often. */
function spansOf({ tcp }: ConnectionFacts): (readonly [number, number])[] {
  const { firstData, lastData, longestPause: pause } = tcp.halves[SERVER];
  if (firstData === null || lastData === null) return [];
  const [from, until] = [firstData.timestampNs, lastData.timestampNs];
  if (pause === null || pause.ms * NS_PER_MS < TALKS_NS) return [[from, until]];
  if (pause.nextMs * NS_PER_MS >= TALKS_NS) return [];
  const wokeNs = pause.until.timestampNs;
  return [
    [from, wokeNs - pause.ms * NS_PER_MS],
    [wokeNs, until],
  ];
}

function merged(spans: readonly (readonly [number, number])[]): (readonly [number, number])[] {
  const found: [number, number][] = [];
  for (const [from, until] of [...spans].sort((a, b) => a[0] - b[0])) {
    const last = found.at(-1);
    if (last !== undefined && from <= last[1]) last[1] = Math.max(last[1], until);
    else found.push([from, until]);
  }
  return found;
}
