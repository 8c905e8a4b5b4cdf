import type { Side } from "../../base/brand.ts";
import type { Mark } from "../../base/packet-view.ts";
import type { LastText } from "../../store/session-types.ts";
import type { ConnectionFacts } from "../../store/types.ts";
import { cause, shows } from "../draft.ts";
import type { Cause, EvidenceItem } from "../types.ts";
import { isJustBefore } from "./just-before.ts";
import { lastNotice, noticeCauses, noticeEvidence } from "./last-notice.ts";
import { directionOf, spanMs } from "./reading.ts";

/** How people and programs word it, in the languages of the guides. */
const COMPLAINT =
  /error|fail|invalid|denied|forbid|unauthori|not allowed|expire|revoke|reject|refus|kick|limit|错误|失败|无效|拒绝|过期|撤销|缺少|未授权|未登录|禁止|超出|超时/i;
const LOGIN = /token|auth|login|jwt|session|credential|令牌|认证|鉴权|登录|凭证/i;

/** Words of messages that are about logging in. */
const ABOUT_LOGIN =
  /token|jwt|auth|login|log in|credential|session|expired|revoked|令牌|认证|鉴权|登录|凭证|过期|撤销/i;

export const isAboutLogin = (message: string): boolean => ABOUT_LOGIN.test(message);

/** What the side that ended it said as its last word, right before; null: nothing, or nothing new. */
export function lastWords({ session, webSocket }: ConnectionFacts, from: Side, end: Mark): LastText | null {
  const said = session?.lastTexts[directionOf(from)] ?? null;
  const last = webSocket?.lastMessage[directionOf(from)] ?? null;
  if (said === null || last === null || said.text === "" || said.timestampNs !== last.timestampNs) return null;
  return isJustBefore(said, end) ? said : null;
}

export const isComplaint = (text: string): boolean => COMPLAINT.test(text);

const lastWordsEvidence = (said: LastText | null, from: Side): EvidenceItem | null =>
  said && shows(said, "lastText", { from, text: said.text });

/** What it said speaks for itself. */
const saidWhy = (said: LastText | null, from: Side): (Cause | false)[] =>
  said === null || !COMPLAINT.test(said.text)
    ? []
    : [
        cause("likely", "saidWhy", { from, text: said.text }),
        from === "server" && LOGIN.test(said.text) && cause("likely", "tokenRejected", {}),
      ];

/** Who waits for a login first refuses when it came. */
const TOLD_MS = 10_000;

/** The server's only message refuses, or answers a login so, and it closes: what it says is its verdict; null: it is none. */
export function firstVerdict(connection: ConnectionFacts, end: Mark): LastText | null {
  const { webSocket } = connection;
  if (webSocket === null || spanMs(webSocket.openedAt, end) > TOLD_MS) return null;
  const words = lastWords(connection, "server", end);
  const [, { text, binary }] = webSocket.messages;
  // MQTT's answer to the login comes in pieces; that of the others is one message.
  const isRefusal =
    lastNotice(connection, end)?.messageType === "CONNACK" || (text + binary === 1 && isComplaint(words?.text ?? ""));
  return isRefusal ? words : null;
}

/** What was said of the end right before it: by a known protocol, whichever side said so, or by the side that ended it. */
export function saidBefore(connection: ConnectionFacts, closer: Side, end: Mark) {
  const notice = lastNotice(connection, end);
  const said = lastWords(connection, closer, end);
  return notice === null
    ? { notice, evidence: lastWordsEvidence(said, closer), causes: saidWhy(said, closer) }
    : {
        notice,
        evidence: noticeEvidence(notice),
        causes: [
          ...noticeCauses(notice),
          notice.from === "server" && LOGIN.test(notice.errorMessage ?? "") && cause("likely", "tokenRejected", {}),
        ],
      };
}
