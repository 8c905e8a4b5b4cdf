import { appendTo } from "../../base/append-to.ts";
import type { ConnectionId, Side } from "../../base/brand.ts";
import type { Joins } from "../context/legs.ts";
import type { RuleId } from "../types.ts";
import { type Placed, severityOf } from "./placed.ts";

/**
 * Whom a rule blames, by the argument that names the side; a side where it is always the same one. On the leg where the
 * blamed side is the proxy, the finding only repeats what the other leg shows of the real end.
 */
const BLAMED: Partial<Readonly<Record<RuleId, Side | "from" | "to" | "closer">>> = {
  "ws.close.no-close-frame": "closer",
  "ws.close.code": "from",
  "ws.close.reserved-code": "from",
  "ws.close.malformed": "from",
  "ws.close.unanswered": "to",
  "ws.idle.timeout": "closer",
  "ws.pong.missing": "to",
  "ws.pong.late": "to",
  "ws.pong.unsolicited": "from",
  "ws.ping.stopped": "from",
  "ws.ping.absent": "client",
  "ws.message.too-big": "closer",
  "ws.text.invalid-utf8": "from",
  "ws.data-after-close": "from",
  "ws.deflate.failed": "from",
  "ws.deflate.undecodable": "from",
  "ws.frame.unmasked-client": "client",
  "ws.frame.reserved-bits": "from",
  "ws.frame.reserved-opcode": "from",
  "ws.frame.control-fragmented": "from",
  "ws.frame.control-too-long": "from",
  "ws.frame.length-not-minimal": "from",
  "ws.frame.length-too-large": "from",
  "ws.frame.unexpected-continuation": "from",
  "ws.frame.expected-continuation": "from",
  "ws.frame.not-websocket": "from",
  "tcp.rst": "from",
  "tcp.zero-window": "from",
  "eio.pong.missing": "to",
  "app.heartbeat.missing": "to",
  "jwt.expired": "client",
};

/** Of pings that never come it is their sender, and not who left for it. */
const WITHOUT_PINGS: ReadonlySet<string> = new Set(["noPing", "noPingPath", "pingsLost"]);

function blamed({ draft, rule }: Placed): Side {
  const by = WITHOUT_PINGS.has(draft.variant) ? "from" : (BLAMED[rule.id] ?? "server");
  const side = by === "client" || by === "server" ? by : draft.args[by];
  return side === "client" ? "client" : "server";
}

/** What one finding repeats of another: the same trouble, seen on another leg or in the other capture. */
export function repeatsIn(placed: readonly Placed[], { behind, before, twins }: Joins): Map<Placed, Placed> {
  const repeats = new Map<Placed, Placed>();
  const byConnection = new Map<ConnectionId, Placed[]>();
  for (const item of placed) {
    if (item.connection === null) continue;
    appendTo(byConnection, item.connection.id, item);
  }
  const sameOn = (item: Placed, id: ConnectionId, anyBlame: boolean): Placed | undefined =>
    byConnection.get(id)?.find((other) => other.rule === item.rule && (anyBlame || blamed(other) === blamed(item)));
  const inNearerCopy = (item: Placed, id: ConnectionId): Placed | undefined => {
    const nearer = twins.get(id)?.find(({ back }) => back.id === id)?.front.id;
    return nearer === undefined ? undefined : (sameOn(item, nearer, true) ?? inNearerCopy(item, nearer));
  };
  const hasError = ({ connection }: Placed): boolean =>
    connection !== null && (byConnection.get(connection.id) ?? []).some((one) => severityOf(one) === "error");
  for (const item of placed) {
    if (item.connection === null) continue;
    const { id } = item.connection;
    const nearer = blamed(item) === "server" ? behind.get(id)?.back : before.get(id)?.front;
    const original = inNearerCopy(item, id) ?? (nearer === undefined ? undefined : sameOn(item, nearer.id, false));
    if (original === undefined) continue;
    // On the nearer leg it is not over yet: the proxy's end has not reached it, and nothing else says why.
    const isGraver = severityOf(item) === "error" && !repeats.has(original) && !hasError(original);
    if (isGraver) repeats.set(original, item);
    else if (repeats.get(original) !== item) repeats.set(item, original);
  }
  return repeats;
}
