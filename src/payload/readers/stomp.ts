import type { PayloadReader } from "../types.ts";
import { named } from "./named.ts";

const COMMANDS =
  /^(CONNECT|STOMP|CONNECTED|SEND|SUBSCRIBE|UNSUBSCRIBE|ACK|NACK|BEGIN|COMMIT|ABORT|DISCONNECT|MESSAGE|RECEIPT|ERROR)\r?\n/;
const HEADERS_CHARACTERS = 4096;

/** STOMP 1.0 to 1.2: a command, header lines, an empty line, a body that ends with NUL; a lone line feed is a heart-beat. */
export const stompReader: PayloadReader = ({ text, complete }, { subprotocol }) => {
  if (text === null) return null;
  const asked = subprotocol !== null && /^v1[0-2]\.stomp$/.test(subprotocol);
  if (/^\r?\n$/.test(text) && (asked || subprotocol === null)) {
    return named({ kind: "stomp", protocol: "STOMP", messageType: "heart-beat", heartbeat: "beat" });
  }
  const command = COMMANDS.exec(text)?.[1];
  if (command === undefined || (!asked && complete && !/\0[\r\n]*$/.test(text))) return null;
  const headers = headersOf(text);
  return named({
    kind: "stomp",
    protocol: "STOMP",
    messageType: command,
    details: headers.get("destination") ?? "",
    errorMessage: command === "ERROR" ? (headers.get("message") ?? "") : null,
    keepAliveMs: keepAliveOf(headers.get("heart-beat")),
  });
};

/** Only those that are shown; a CONNECT's passcode is not. The first of repeated headers counts (STOMP 1.2). */
function headersOf(text: string): Map<string, string> {
  const headers = new Map<string, string>();
  const [, ...lines] = text.slice(0, HEADERS_CHARACTERS).split(/\r?\n/);
  for (const line of lines) {
    if (line === "") break;
    const colon = line.indexOf(":");
    const name = line.slice(0, colon);
    if (colon > 0 && !headers.has(name)) headers.set(name, line.slice(colon + 1));
  }
  return headers;
}

/** `heart-beat:cx,cy`: cx is what the sender can guarantee; 0 means none. */
function keepAliveOf(value: string | undefined): number | null {
  const match = /^(\d{1,9}),\d{1,9}$/.exec(value ?? "");
  return match === null || match[1] === "0" ? null : Number(match[1]);
}
