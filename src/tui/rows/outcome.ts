import type { Side } from "../../base/brand.ts";
import { escapeText } from "../../base/escape-text.ts";
import { isCalmCode, NO_CODE } from "../../base/no-code.ts";
import type { Chrome } from "../../i18n/chrome/words.ts";
import type { TuiWords } from "../../i18n/tui/words.ts";
import type { Finding } from "../../rules/types.ts";
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
export function outcomeText(row: ConnectionRow, { chrome, words, texts }: Context): string {
  const worst = row.findings.find(({ severity }) => severity !== "note");
  const ended = saidText(row.facts, worst, chrome) ?? endedText(row.facts, chrome, words);
  if (worst === undefined || worst.ruleId === "ws.close.no-close-frame") return ended;
  const { name } = texts.pages[worst.ruleId];
  if (ended.includes(name)) return ended;
  // "upgrade refused" and "refused: HTTP 403" say one thing once.
  const [head = ""] = ended.split(/ ?[:：(（]/);
  return head !== "" && name.endsWith(head) ? name + ended.slice(head.length) : `${name} — ${ended}`;
}

/** The code says that all is well, and what a protocol inside said does not; null: it is not so. */
function saidText({ close }: ConnectionFacts, worst: Finding | undefined, chrome: Chrome): string | null {
  if (worst?.ruleId !== "ws.close.code" || close.verdict !== "clean") return null;
  const { code, from, name, text, number } = worst.args;
  if (worst.variant === "saidInProtocol")
    return chrome.closedSaying(Number(code), String(name), escapeText(String(text)));
  if (worst.variant === "saidInMqtt") return chrome.closedSaying(Number(code), "MQTT", `${name} ${number}`);
  // SockJS has a Close of its own.
  const seen = close.clientSees?.code ?? close.serverSees?.code;
  return seen === undefined || seen === code
    ? null
    : chrome.closedWith(Number(code), from === "client" ? "client" : "server");
}

export function endedText(facts: ConnectionFacts, chrome: Chrome, words: TuiWords): string {
  const { close, tcp, kind, upgrade, webSocket } = facts;
  const how = chrome.how[tcp.ending](closerOf(facts));
  if (kind === "tcp-refused") return tcp.ending === "icmp" ? how : chrome.refusedTcp;
  if (kind === "tcp-unanswered") return chrome.unansweredTcp;
  if (kind === "upgrade-refused") return chrome.refusedHttp(upgrade?.exchange.response?.status ?? 0);
  if (kind === "upgrade-unanswered") return chrome.unansweredHttp + words.comma + how;
  const code = seenCode(facts);
  const from = firstCloseFrom(facts);
  if (close.verdict === "clean" && code !== null)
    return isCalmCode(code) || from === null ? chrome.closedCleanly(code) : chrome.closedWith(code, from);
  if (from !== null && tcp.ending === "open" && close.verdict === "open")
    return chrome.closing(webSocket?.closeFrames[from === "client" ? 0 : 1]?.code ?? NO_CODE, from);
  if (close.verdict !== "abnormal" || code === null) return how;
  if (from !== null) return chrome.closedWith(webSocket?.closeFrames[from === "client" ? 0 : 1]?.code ?? code, from);
  const silence = sinceLastPongNs(facts);
  const parts = [code + chrome.colon + how, words.noClose];
  if (silence !== null && silence > NOTABLE_SILENCE_NS) parts.push(words.afterLastPong(chrome.duration(silence / 1e9)));
  return parts.join(words.comma);
}

/** Who ended it: by RST the one that counted, else by the first FIN. */
export function closerOf({ tcp }: ConnectionFacts): Side | null {
  return tcp.ending === "rst" ? (tcp.resets.find(({ ignored }) => !ignored)?.from ?? tcp.firstCloser) : tcp.firstCloser;
}

function firstCloseFrom({ webSocket }: ConnectionFacts): Side | null {
  const [client, server] = webSocket?.closeFrames ?? [null, null];
  if (client === null) return server === null ? null : "server";
  return server === null || client.packet <= server.packet ? "client" : "server";
}

function sinceLastPongNs({ webSocket, tcp }: ConnectionFacts): number | null {
  if (webSocket === null || tcp.closedAt === null) return null;
  const pongs = webSocket.heartbeat.flatMap(({ lastPong }) => lastPong?.timestampNs ?? []);
  return pongs.length === 0 ? null : tcp.closedAt.timestampNs - Math.max(...pongs);
}
