import { truncateToWidth } from "../../base/display-width.ts";
import { escapeText } from "../../base/escape-text.ts";
import { isCalmCode, NO_CODE } from "../../base/no-code.ts";
import type { RuleId } from "../../rules/types.ts";
import type { Chrome } from "./words.ts";

type SideName = "client" | "server";
type CloseFrame = { readonly code: number | null; readonly reason: string; readonly packet: number };

/** What a browser says for a page that is left or loaded anew, and never with a reason (RFC 6455 §7.4.1). */
const GOING_AWAY = 1001;

/** What a list tells of an end, the same in the report and on the screen. */
export interface Ending {
  readonly kind: string;
  /** Of the response to the upgrade. */
  readonly status: number | null;
  readonly how: keyof Chrome["how"];
  /** Who ended TCP. */
  readonly closer: SideName | null;
  readonly verdict: string;
  readonly closes: Readonly<Record<SideName, CloseFrame | null>>;
  /** The code that somebody's `onclose` shows. */
  readonly seenCode: number | null;
  /** What a protocol inside said right before. Untrusted text. */
  readonly said: { readonly protocol: string; readonly text: string } | null;
  /** Of all that was found about it. */
  readonly rules: readonly string[];
}

/** The finding has it all. */
const SAID_WIDTH = 24;

/** Where one of these is told, a code that says that all is well is not the whole truth. */
const NOT_CLEAN: ReadonlySet<string> = new Set<RuleId>([
  "ws.close.code",
  "http.upgrade.closed-at-once",
  "sio.connect.refused",
  "sio.disconnected",
  "jwt.expired",
]);

/**
 * How it ended, in the words of somebody who watched: the API's code first, then what the wire shows. `more` is what is
 * known besides of an end without a Close.
 */
export function endedText(chrome: Chrome, ending: Ending, more: readonly string[] = []): string {
  const { kind, verdict, closes, said } = ending;
  const how = chrome.how[ending.how](ending.closer);
  if (kind === "tcp-refused") return ending.how === "icmp" ? how : chrome.refusedTcp;
  if (kind === "tcp-unanswered") return chrome.unansweredTcp;
  if (kind === "upgrade-refused") return chrome.refusedHttp(ending.status ?? 0);
  if (kind === "upgrade-unanswered") return chrome.unansweredHttp + chrome.comma + how;
  const from = firstCloseFrom(closes);
  const close = from === null ? null : closes[from];
  const code = close?.code ?? ending.seenCode;
  const isOver = verdict === "clean" || verdict === "abnormal";
  const hasLeft = isOver && from === "client" && code === GOING_AWAY && close?.reason === "";
  // Whoever closes its tab does not wait for the answer.
  if (hasLeft && (verdict === "abnormal" || said === null)) return chrome.clientLeft(code);
  if (verdict === "clean" && code !== null) {
    if (isCalmCode(code) && said !== null)
      return chrome.closedSaying(code, said.protocol, truncateToWidth(escapeText(said.text), SAID_WIDTH));
    const isClean = isCalmCode(code) && !ending.rules.some((rule) => NOT_CLEAN.has(rule));
    return isClean || from === null ? chrome.closedCleanly(code) : chrome.closedWith(code, from);
  }
  if (verdict === "abnormal" && code !== null) {
    if (from !== null) return chrome.closedWith(code, from);
    return more.length === 0 ? chrome.endedWithout(code, how) : code + chrome.colon + [how, ...more].join(chrome.comma);
  }
  if (from === null || ending.how !== "open" || kind !== "websocket") return how;
  return chrome.closing(close?.code ?? NO_CODE, from);
}

/** The other side's merely answers it. */
function firstCloseFrom({ client, server }: Ending["closes"]): SideName | null {
  if (client === null) return server === null ? null : "server";
  return server === null || client.packet <= server.packet ? "client" : "server";
}
