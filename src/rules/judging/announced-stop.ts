import { appendTo } from "../../base/append-to.ts";
import type { Context } from "../context/context.ts";
import { openThere } from "../context/open-there.ts";
import { GONE_WITHIN_NS, isRefusedByHost } from "../context/refused-by-host.ts";
import { serverOf } from "../reading/reading.ts";
import { before, type TimeIndex, timeIndex, within } from "../reading/time-index.ts";
import type { Judged } from "./story.ts";

/** “Service restart” (RFC 6455's registry): it says itself that it goes, to one client as to many. */
const RESTART = 1012;
/** A server needs no longer to say good-bye to all. */
const FAREWELL_NS = 2e9;

/**
 * A server that closed all its WebSockets by a Close, and whose port then refused for a moment, until it served again: one
 * restart. The Close tells it, and the refusals follow from it. One that never came back keeps its error.
 */
export function asAnnouncedStop(judged: readonly Judged[], context: Context): readonly Judged[] {
  const refused = judged.filter(isPassingRefusal);
  if (refused.length === 0) return judged;
  const farewells = farewellsOf(judged);
  const roots = new Map<Judged, Judged>();
  for (const item of refused) {
    const root = farewellBefore(item, farewells, context);
    if (root !== null) roots.set(item, root);
  }
  return judged.map((item): Judged => {
    const root = roots.get(item);
    return root === undefined ? item : { ...item, severity: "note", root };
  });
}

/** The port was closed, had been served before, and was served again. */
const isPassingRefusal = ({ severity, root, connection, draft }: Judged): boolean =>
  draft.ruleId === "tcp.open.refused" &&
  severity === "warning" &&
  root === null &&
  connection !== null &&
  draft.causes[0]?.id === "serverStopped";

function farewellsOf(judged: readonly Judged[]): Map<string, TimeIndex<Judged>> {
  const byServer = new Map<string, Judged[]>();
  for (const item of judged) {
    const { draft, severity, root, connection } = item;
    if (draft.ruleId !== "ws.close.code" || draft.variant === "oneSide" || draft.args["from"] !== "server") continue;
    if (severity === "note" || root !== null || connection === null) continue;
    appendTo(byServer, serverOf(connection), item);
  }
  return new Map([...byServer].map(([server, list]) => [server, timeIndex(list, ({ draft }) => draft.at)]));
}

/** The Close with which the server took its leave: nobody was let in since, and no WebSocket went on there. */
function farewellBefore(
  { connection }: Judged,
  farewells: ReadonlyMap<string, TimeIndex<Judged>>,
  context: Context,
): Judged | null {
  if (connection === null) return null;
  const server = serverOf(connection);
  const said = farewells.get(server);
  const at = connection.first.timestampNs;
  const last = said && before(said, at).at(-1);
  if (said === undefined || last === undefined || openThere(connection, context) > 0) return null;
  const { code } = last.draft.args;
  const alike = within(said, last.draft.at - FAREWELL_NS, last.draft.at).filter(
    ({ draft }) => draft.args["code"] === code,
  );
  // One client may be thrown out for reasons of its own.
  if (code !== RESTART && alike.length < 2) return null;
  const { accepted, failed } = context.others();
  const isBack = within(accepted.get(server) ?? NOTHING, last.draft.at, at).length > 0;
  const first = within(failed.get(server) ?? NOTHING, last.draft.at, at).find((one) => isRefusedByHost(one, context));
  if (isBack || first === undefined || first.first.timestampNs - last.draft.at > GONE_WITHIN_NS) return null;
  return last;
}

const NOTHING: TimeIndex<never> = { times: [], items: [] };
