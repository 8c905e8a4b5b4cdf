import type { Side } from "../../base/brand.ts";
import { endedText as endedTextOf } from "../../i18n/chrome/ended-text.ts";
import type { ConnectionFacts } from "../../store/types.ts";
import type { Context } from "../context.ts";
import type { ConnectionRow } from "./connection-row.ts";
import { seenCode } from "./connection-row.ts";

/** A pong this long before the end is worth a word. */
const NOTABLE_SILENCE_NS = 2e9;

/** Its TLS stayed closed: what was said inside, and how that ended, is not known. */
export const isUnread = ({ tls, webSocket }: ConnectionFacts): boolean =>
  tls !== null && !tls.decrypted && webSocket === null;

/** What happened, in words: the name of what is wrong, what the API shows, what the wire shows. */
export function outcomeText(row: ConnectionRow, context: Context): string {
  const worst = row.findings.find(({ severity }) => severity !== "note");
  const ended = endedText(row, context);
  if (worst === undefined || worst.ruleId === "ws.close.no-close-frame") return ended;
  const { name } = context.texts.pages[worst.ruleId];
  if (ended.includes(name)) return ended;
  // "upgrade refused" and "refused: HTTP 403" say one thing once.
  const [head = ""] = ended.split(/ ?[:：(（]/);
  return head !== "" && name.endsWith(head) ? name + ended.slice(head.length) : `${name} — ${ended}`;
}

/** As the report says it; without a Close more is known. */
export function endedText({ facts, findings }: ConnectionRow, context: Context): string {
  const { chrome, words, saidAtEnd } = context;
  const { close, tcp, kind, upgrade, webSocket } = facts;
  const [client = null, server = null] = webSocket?.closeFrames ?? [];
  const silence = sinceLastPongNs(facts);
  const isNotable = silence !== null && silence > NOTABLE_SILENCE_NS;
  return endedTextOf(
    chrome,
    {
      kind,
      status: upgrade?.exchange.response?.status ?? null,
      how: tcp.ending,
      closer: closerOf(facts),
      verdict: close.verdict,
      closes: { client, server },
      seenCode: seenCode(facts),
      said: saidAtEnd(facts),
      rules: findings.map(({ ruleId }) => ruleId),
    },
    [words.noClose, ...(isNotable ? [words.afterLastPong(chrome.duration(silence / 1e9))] : [])],
  );
}

/** Who ended it: by RST the one that counted, else by the first FIN. */
export function closerOf({ tcp }: ConnectionFacts): Side | null {
  return tcp.ending === "rst" ? (tcp.resets.find(({ ignored }) => !ignored)?.from ?? tcp.firstCloser) : tcp.firstCloser;
}

function sinceLastPongNs({ webSocket, tcp }: ConnectionFacts): number | null {
  if (webSocket === null || tcp.closedAt === null) return null;
  const pongs = webSocket.heartbeat.flatMap(({ lastPong }) => lastPong?.timestampNs ?? []);
  return pongs.length === 0 ? null : tcp.closedAt.timestampNs - Math.max(...pongs);
}
