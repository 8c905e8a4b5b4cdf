import type { Side } from "../../base/brand.ts";
import type { ConnectionFacts } from "../../store/types.ts";
import { cause } from "../draft.ts";
import { handshakeOf } from "../handshake/upgrade-outcome.ts";
import { directionOf, fieldValue, otherSide } from "../reading/reading.ts";
import type { Cause } from "../types.ts";

interface Library {
  /** How it names itself: in Server or User-Agent, or in the reason of its Close. */
  readonly named: RegExp;
  readonly product: string;
  readonly setting: string;
  readonly limitBytes: number;
}

const KIB = 1024;
const MIB = 1024 * KIB;

/** Limits on messages, of libraries that tell who they are, as their documentation gives them. */
const LIBRARIES: readonly Library[] = [
  { named: /^uWebSockets/, product: "uWebSockets", setting: "maxPayloadLength", limitBytes: 16 * KIB },
  { named: /TornadoServer/, product: "Tornado", setting: "websocket_max_message_size", limitBytes: 10 * MIB },
  { named: /\baiohttp\/\d/, product: "aiohttp", setting: "max_msg_size", limitBytes: 4 * MIB },
  // uvicorn runs on it, with a limit of its own.
  {
    named: /\bwebsockets\/\d/,
    product: "websockets",
    setting: "max_size; uvicorn: --ws-max-size, 16 MiB",
    limitBytes: MIB,
  },
  {
    named: /^read limited at \d+ bytes/,
    product: "Go nhooyr.io/websocket, coder/websocket",
    setting: "SetReadLimit",
    limitBytes: 32 * KIB,
  },
];

/** The words by which the receiver may name its library. */
function wordsOf(connection: ConnectionFacts, receiver: Side): readonly string[] {
  const { request, response } = handshakeOf(connection) ?? { request: null, response: null };
  const reason = connection.webSocket?.closeFrames[directionOf(receiver)]?.reason ?? "";
  const agent = request && fieldValue(request, "user-agent");
  const server = response && fieldValue(response, "server");
  const isMicro = response !== null && fieldValue(response, "uwebsockets") !== null;
  return [reason, ...(receiver === "client" ? [agent ?? ""] : [isMicro ? "uWebSockets" : "", server ?? ""])];
}

function libraryOf(connection: ConnectionFacts, receiver: Side): Library | null {
  const words = wordsOf(connection, receiver);
  return LIBRARIES.find(({ named }) => words.some((word) => named.test(word))) ?? null;
}

/** A message of `from` was refused as too big: the limit of the library that took it, where that names itself. */
export function libraryLimit(connection: ConnectionFacts, from: Side): Cause | null {
  const library = libraryOf(connection, otherSide(from));
  if (library === null) return null;
  const { product, setting, limitBytes: limit } = library;
  return cause("certain", "libraryLimit", { from, product, setting, limit });
}

/** The receiver hung up on a message that is the largest and the last, and over its library's limit; it need not say 1009. */
export function cutOverLimit(connection: ConnectionFacts, from: Side): Cause | null {
  const { webSocket } = connection;
  const sender = directionOf(from);
  const largest = webSocket?.largestMessage[sender] ?? null;
  if (webSocket === null || largest === null || largest.packet !== webSocket.lastMessage[sender]?.packet) return null;
  const library = libraryOf(connection, otherSide(from));
  if (library === null || webSocket.largestMessageBytes[sender] <= library.limitBytes) return null;
  const { product, setting, limitBytes: limit } = library;
  return cause("likely", "libraryLimit", { from, product, setting, limit });
}
