import type { ConnectionFacts } from "../../../store/types.ts";
import type { Context } from "../../context/context.ts";
import { soughtByServer } from "../../context/sought.ts";
import { cause, draft, shows } from "../../draft.ts";
import { clientOf, later, serverOf, spanMs, watchedUntil } from "../../reading/reading.ts";
import { within } from "../../reading/time-index.ts";
import type { Rule } from "../rule.ts";
import { acceptedElsewhere, acceptedLater, servedByProxy } from "./open-refused.ts";

/** A single SYN may just have come right before the capture's end; the first repetition comes after 1 s (RFC 6298 §2). */
const LEAST_WAIT_MS = 2000;

/** The host answers on another port: it is up and reachable. */
function hostAnswers({ server }: ConnectionFacts, context: Context): boolean {
  const ports = context.others().answering.get(server.address);
  return ports !== undefined && ports.size > (ports.has(server.port) ? 1 : 0);
}

/** The same port answered at another time: it was not closed for good. */
const answeredOnce = ({ server }: ConnectionFacts, context: Context): ConnectionFacts | undefined =>
  context.others().answering.get(server.address)?.get(server.port);

/** So many attempts at one port, each a single SYN, are no users. */
export const MANY = 50;
const FLOOD_NS = 5e9;

/** Connections that were begun at the same port around the same time and came to nothing. */
export function begunWithin(connection: ConnectionFacts, context: Context): number {
  const failed = context.others().failed.get(serverOf(connection));
  const at = connection.first.timestampNs;
  return failed === undefined
    ? 0
    : within(failed, at - FLOOD_NS, at + FLOOD_NS).filter(({ tcp }) => tcp.opening === "unanswered").length;
}

function check(connection: ConnectionFacts, context: Context) {
  const { tcp } = connection;
  if (tcp.opening !== "unanswered" || tcp.synAcks.length > 0 || tcp.icmpErrors.length > 0) return null;
  const first = tcp.syns[0];
  if (first === undefined || context.others().areServersUnseen) return null;
  const last = tcp.syns.at(-1) ?? first;
  const closing = later(connection.tcp.closedAt, last) ?? last;
  const waitedMs = Math.max(
    spanMs(first, closing),
    (watchedUntil(connection, context.analysis.clockNs) - first.timestampNs) / 1e6,
  );
  const server = serverOf(connection);
  const port = connection.server.port;
  if (tcp.syns.length < 2 && waitedMs < LEAST_WAIT_MS) {
    const count = begunWithin(connection, context);
    if (count < MANY) return null;
    return draft("tcp.open.unanswered", "many", {
      at: first,
      confidence: "likely",
      args: { server, port, client: clientOf(connection), count },
      evidence: [shows(first, "syn", { server })],
      causes: [
        cause("likely", "synFlood", { count }),
        cause("likely", "dropRule", { port }),
        cause("possible", "backlogFull", { port }),
      ],
    });
  }
  const args = {
    server,
    port,
    client: clientOf(connection),
    attempts: tcp.syns.length,
    waitedMs: tcp.syns.length > 1 ? spanMs(first, last) : waitedMs,
  };
  const evidence = tcp.syns.map((syn, index) =>
    index === 0
      ? shows(syn, "syn", { server })
      : shows(syn, "synRepeated", { server, attempt: index + 1, waitedMs: spanMs(first, syn) }),
  );
  const dead = context.lostDials().by.get(connection.id);
  if (dead !== undefined)
    return draft("tcp.open.unanswered", "pathDead", {
      at: first,
      args: { ...args, other: clientOf(dead.connection) },
      evidence: [shows(dead.since, "pathDeadSince", { client: clientOf(dead.connection) }), ...evidence],
      causes: [
        cause("likely", "pathInterrupted", {}),
        cause("possible", "hostDown", { server: connection.server.address, from: "client" }),
      ],
    });
  const elsewhere = acceptedElsewhere(connection, context);
  if (elsewhere !== null)
    return draft("tcp.open.unanswered", "otherFamily", {
      severity: "note",
      at: first,
      args: { ...args, other: serverOf(elsewhere) },
      evidence: [
        ...evidence,
        shows(elsewhere.tcp.established ?? elsewhere.first, "accepted", { server: serverOf(elsewhere) }),
      ],
      causes: [cause("likely", "oneFamilyBound", { port, other: serverOf(elsewhere) })],
    });
  const served = servedByProxy(connection, context);
  if (served !== null && serverOf(served) !== server)
    return draft("tcp.open.unanswered", "otherBackend", {
      severity: "warning",
      at: first,
      args: { ...args, other: serverOf(served) },
      evidence: [...evidence, shows(served.tcp.established ?? served.first, "accepted", { server: serverOf(served) })],
      causes: [
        cause("likely", "dropRule", { port }),
        cause("possible", "hostDown", { server: connection.server.address, from: "client" }),
      ],
    });
  // Whoever waits for an answer asks again after 1 s (RFC 6298 §2): it was answered, or nobody waited.
  if (tcp.syns.length === 1)
    return draft("tcp.open.unanswered", "lone", {
      at: first,
      severity: "warning",
      confidence: "possible",
      args,
      evidence,
      causes: [
        cause("possible", "otherPath", {}),
        cause("possible", "dropRule", { port }),
        cause("possible", "wrongAddress", { server: connection.server.address, port }),
      ],
    });
  const once = answeredOnce(connection, context);
  if (once !== undefined) {
    const sought = soughtByServer(connection, last, context.analysis);
    return draft("tcp.open.unanswered", "sometimes", {
      at: first,
      args,
      evidence: [
        ...evidence,
        once.tcp.synAcks.length > 0 || once.tcp.established !== null
          ? shows(once.tcp.established ?? once.first, "accepted", { server })
          : shows(once.tcp.resets[0], "rst", { from: "server" }),
        sought && shows(sought.first, "arpRequest", { sender: sought.sender, target: sought.target }),
      ],
      causes: sought
        ? [cause("likely", "pathInterrupted", {})]
        : [
            cause("likely", "backlogFull", { port }),
            // Answered before, and never again: something was switched.
            acceptedLater(connection, context) === null && cause("likely", "dropRule", { port }),
            cause("possible", "lossyPath", {}),
          ],
    });
  }
  if (hostAnswers(connection, context))
    return draft("tcp.open.unanswered", "portOnly", {
      at: first,
      args,
      evidence,
      causes: [
        cause("likely", "dropRule", { port }),
        cause("possible", "backlogFull", { port }),
        cause("possible", "carrierBlocks", { port }),
      ],
    });
  return draft("tcp.open.unanswered", "silent", {
    at: first,
    args,
    evidence,
    causes: [
      cause("likely", "dropRule", { port }),
      cause("likely", "wrongAddress", { server: connection.server.address, port }),
      cause("possible", "hostDown", { server: connection.server.address, from: "client" }),
      // A listener that accepts nobody: once its queue is full, its system drops each SYN without a word.
      cause("possible", "backlogFull", { port }),
      cause("possible", "carrierBlocks", { port }),
    ],
  });
}

export const openUnanswered: Rule = {
  id: "tcp.open.unanswered",
  severity: "error",
  spec: "RFC 9293 §3.8.3, RFC 6298 §5.7",
  causes: [
    "recoveredBySelf",
    "synFlood",
    "dropRule",
    "wrongAddress",
    "hostDown",
    "carrierBlocks",
    "backlogFull",
    "oneFamilyBound",
    "lossyPath",
    "pathInterrupted",
    "otherPath",
  ],
  sources: [
    "https://docs.kernel.org/networking/ip-sysctl.html",
    "https://manpages.ubuntu.com/manpages/focal/man8/ufw.8.html",
  ],
  check,
};
