import { relativeNs, SERVER } from "../../base/brand.ts";
import type { Mark } from "../../base/packet-view.ts";
import type { Context } from "../context/context.ts";
import { refusesAfter } from "../context/refused-by-host.ts";
import { cause, type Draft, draft, shows } from "../draft.ts";
import { endedBy } from "../reading/ending.ts";
import { clientOf, NS_PER_MS } from "../reading/reading.ts";
import type { EvidenceItem } from "../types.ts";
import type { Standstill } from "./standstill-groups.ts";
import type { Sign } from "./standstill-signs.ts";

/** Who misses the answers to its pings tells it first: that is what people search for. */
const HEARTBEATS = ["ws.pong.missing", "eio.pong.missing"] as const;

/** The rule that tells it, and the connection on which it does; null: no heartbeat of its clients does. */
export function heartbeatAmong(seen: readonly Sign[]): { readonly by: TellingRule; readonly sign: Sign } | null {
  for (const by of HEARTBEATS) {
    const sign = seen.find(({ item }) => item.draft.ruleId === by && item.severity === "error");
    if (sign !== undefined) return { by, sign };
  }
  return null;
}

type TellingRule = (typeof HEARTBEATS)[number] | "app.standstill";

/** The finding about a server that stood still. `seen`: each connection that shows it, once. */
export function standstillDraft(
  by: TellingRule,
  standstill: Standstill,
  seen: readonly Sign[],
  context: Context,
): Draft {
  const { sinceNs, untilNs } = standstill;
  const silentMs = (untilNs - sinceNs) / NS_PER_MS;
  const waiting = seen.filter(({ kind }) => kind === "request");
  const open = seen.filter(({ kind }) => kind !== "request");
  const left = open.flatMap((sign) => markOf(sign, endedBy(sign.connection, "client"), sinceNs, untilNs));
  const dropped = open.flatMap((sign) =>
    markOf(sign, endedBy(sign.connection, "server"), untilNs, untilNs + WAKING_NS),
  );
  // A process that is gone hangs up on everybody, too.
  const hungUp = dropped.some(({ sign }) => refusesAfter(sign.connection, context)) ? [] : dropped;
  const woke = standstill.woke || hungUp.length > 0;
  const onset = { packet: seen[0]?.connection.first.packet, timestampNs: relativeNs(sinceNs) } as Mark;
  const evidence: (EvidenceItem | null)[] = [
    lastWord(open),
    ...left.map(({ sign, mark }) =>
      shows(mark, "gaveUpWaiting", { client: clientOf(sign.connection), waitedMs: waitedMs(sign, mark) }),
    ),
    ...waiting.map(requestOf),
    firstWord(seen, woke),
    ...hungUp.map(({ sign, mark }) => shows(mark, "hungUpWaking", { client: clientOf(sign.connection) })),
  ];
  const counts = {
    silentMs,
    left: left.length || null,
    waiting: waiting.length || null,
  };
  const parts = {
    at: onset,
    evidence: evidence
      .filter((item) => item !== null)
      .sort((a, b) => a.timestampNs - b.timestampNs || a.packet - b.packet),
  };
  if (!woke)
    return draft(by, "still", {
      ...parts,
      args: counts,
      causes: [cause("likely", "peerBlocked", { to: "server" })],
    });
  return draft(by, "woke", {
    ...parts,
    args: { ...counts, hungUp: hungUp.length || null },
    causes: [
      cause("likely", "stoodStill", { to: "server", idleMs: silentMs }),
      hungUp.length > 0 && cause("likely", "overslept", { to: "server" }),
    ],
  });
}

/** What it does first as it wakes up. */
const WAKING_NS = 2e9;

interface Moment {
  readonly sign: Sign;
  readonly mark: Mark;
}

const markOf = (sign: Sign, mark: Mark | null, fromNs: number, untilNs: number): Moment[] => {
  const ns = mark === null ? Number.NaN : mark.timestampNs - sign.item.aheadNs;
  return mark !== null && ns >= fromNs && ns <= untilNs ? [{ sign, mark }] : [];
};

const waitedMs = ({ sinceNs, item }: Sign, mark: Mark): number =>
  (mark.timestampNs - item.aheadNs - sinceNs) / NS_PER_MS;

/** Of those that heard nothing of it any more, so that it is known which packet it was. */
function lastWord(open: readonly Sign[]): EvidenceItem | null {
  const last = open
    .filter(({ woke }) => !woke)
    .reduce<Sign | null>((a, b) => (a === null || b.sinceNs > a.sinceNs ? b : a), null);
  return shows(last?.connection.tcp.halves[SERVER].lastData, "lastWord", { from: "server" });
}

function requestOf({ connection, item, sinceNs, untilNs }: Sign): EvidenceItem | null {
  const asked = item.draft.evidence[0];
  const args = { client: clientOf(connection), waitedMs: (untilNs - sinceNs) / NS_PER_MS };
  return shows(asked, "requestWaited", args);
}

function firstWord(seen: readonly Sign[], woke: boolean): EvidenceItem | null {
  const first = seen
    .filter((sign) => sign.woke && sign.kind === "silence")
    .reduce<Sign | null>((a, b) => (a === null || b.untilNs < a.untilNs ? b : a), null);
  if (!woke || first === null) return null;
  const pause = first.connection.tcp.halves[SERVER].longestPause;
  return pause && shows(pause.until, "dataAgain", { from: "server", pauseMs: pause.ms });
}
