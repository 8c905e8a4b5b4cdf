import type { ConnectionFacts } from "../../store/types.ts";
import type { Context } from "../context.ts";
import { clientOf, isLoopback, serverOf, spanMs } from "../reading.ts";
import { cause, draft, type Rule, shows } from "../rule.ts";
import { within } from "../time-index.ts";

const OTHER_FAMILY_WITHIN_MS = 3000;

/** The same port at an address of the other family was accepted right after: the client tried both (RFC 8305). */
export function acceptedElsewhere(connection: ConnectionFacts, context: Context): ConnectionFacts | null {
  const accepted = context.others().acceptedAtPort.get(connection.server.port);
  if (accepted === undefined) return null;
  const isV6 = connection.server.address.includes(":");
  const at = connection.first.timestampNs;
  const found = within(accepted, at - OTHER_FAMILY_WITHIN_MS * 1e6, at + OTHER_FAMILY_WITHIN_MS * 1e6).find(
    ({ server }) =>
      server.address.includes(":") !== isV6 && isLoopback(server.address) === isLoopback(connection.server.address),
  );
  return found ?? null;
}

/** Its client is a proxy that went to another server after this one failed, and so served whom it had keep waiting. */
export function servedByOther({ client, first }: ConnectionFacts, { joins }: Context): ConnectionFacts | null {
  const join = joins.all.find(({ facts, front, back }) => {
    const asked = front.upgrade?.exchange.request?.first.timestampNs ?? Number.POSITIVE_INFINITY;
    return (
      facts.kind === "proxied" &&
      back.client.address === client.address &&
      asked <= first.timestampNs &&
      first.timestampNs <= back.first.timestampNs
    );
  });
  return join?.back ?? null;
}

/** A host, not this machine, that does accept connections on that port: the page's device, most likely. */
function answersAt(port: number, { others }: Context): string | null {
  const accepted = others().acceptedAtPort.get(port)?.items[0];
  return accepted !== undefined && !isLoopback(accepted.server.address) ? accepted.server.address : null;
}

/** A later connection to the same endpoint was accepted: the server was not up yet, or came back. */
export function acceptedLater(connection: ConnectionFacts, context: Context): ConnectionFacts | null {
  const accepted = context.others().accepted.get(serverOf(connection));
  return (accepted && within(accepted, connection.first.timestampNs + 1, Number.POSITIVE_INFINITY)[0]) ?? null;
}

/** A connection to the same endpoint was accepted before: somebody listened there. */
function acceptedEarlier(connection: ConnectionFacts, context: Context): ConnectionFacts | null {
  const accepted = context.others().accepted.get(serverOf(connection));
  return (accepted && within(accepted, 0, connection.first.timestampNs - 1)[0]) ?? null;
}

function check(connection: ConnectionFacts, context: Context) {
  const { tcp } = connection;
  if (tcp.opening !== "refused") return null;
  const reset = tcp.resets.find((item) => item.from === "server" && item.hasAck) ?? tcp.resets[0];
  if (reset === undefined || reset.from !== "server") return null;
  const server = serverOf(connection);
  const port = connection.server.port;
  const syn = tcp.syns.at(-1) ?? connection.first;
  const base = {
    server,
    port,
    client: clientOf(connection),
    attempts: Math.max(1, tcp.syns.length),
  };
  const evidence = [shows(tcp.syns[0] ?? connection.first, "syn", { server }), shows(reset, "rst", { from: "server" })];
  const answerMs = spanMs(syn, reset);
  const elsewhere = acceptedElsewhere(connection, context);
  if (elsewhere !== null)
    return draft("tcp.open.refused", "otherFamily", {
      severity: "note",
      at: reset,
      args: { ...base, other: serverOf(elsewhere) },
      evidence: [
        ...evidence,
        shows(elsewhere.tcp.established ?? elsewhere.first, "accepted", { server: serverOf(elsewhere) }),
      ],
      causes: [cause("likely", "oneFamilyBound", { port, other: serverOf(elsewhere) })],
    });
  const served = servedByOther(connection, context);
  if (served !== null)
    return draft("tcp.open.refused", "otherBackend", {
      severity: "warning",
      at: reset,
      args: { ...base, other: serverOf(served) },
      evidence: [...evidence, shows(served.tcp.established ?? served.first, "accepted", { server: serverOf(served) })],
      causes: [cause("likely", "notListening", { port })],
    });
  const laterOne = acceptedLater(connection, context);
  if (laterOne !== null) evidence.push(shows(laterOne.tcp.established ?? laterOne.first, "accepted", { server }));
  const usual = context.hopLimitOf.get(connection.server.address) ?? null;
  // Who was served there before has the right address and port.
  const earlier = acceptedEarlier(connection, context);
  const common = [
    laterOne !== null && earlier === null && cause("certain", "serverStartedLater", { server }),
    earlier === null
      ? cause("likely", "notListening", { port })
      : cause(laterOne === null ? "likely" : "certain", "serverStopped", { server, port }),
  ];
  if (usual !== null && usual !== reset.hopLimit)
    return draft("tcp.open.refused", "middlebox", {
      at: reset,
      args: { ...base, answerMs, hops: reset.hopLimit, usualHops: usual },
      evidence: [...evidence, shows(reset, "rstOdd", { from: "server", oddities: "hop-limit" })],
      causes: [cause("likely", "rejectRule", { port }), cause("possible", "notListening", { port })],
    });
  const device = answersAt(port, context);
  if (isLoopback(connection.server.address))
    return draft("tcp.open.refused", "loopback", {
      at: reset,
      args: { ...base, answerMs },
      evidence,
      causes: [
        earlier === null && device !== null && cause("likely", "localhostUrl", { port, device }),
        ...common,
        earlier === null && device === null && cause("likely", "localhostUrl", { port }),
        earlier === null && cause("possible", "oneFamilyBound", { port }),
      ],
    });
  return draft("tcp.open.refused", "host", {
    at: reset,
    args: { ...base, answerMs },
    evidence,
    causes: [
      ...common,
      earlier === null && cause("likely", "boundToLoopback", { port }),
      earlier === null && cause("possible", "wrongPort", { port }),
      cause("possible", "rejectRule", { port }),
    ],
  });
}

export const openRefused: Rule = {
  id: "tcp.open.refused",
  severity: "error",
  spec: "RFC 9293 §3.10.7.1",
  causes: [
    "recoveredBySelf",
    "notListening",
    "boundToLoopback",
    "localhostUrl",
    "oneFamilyBound",
    "wrongPort",
    "rejectRule",
    "serverStartedLater",
    "serverStopped",
  ],
  sources: ["https://www.rfc-editor.org/rfc/rfc9293#section-3.10.7.1"],
  check,
};
