import type { Mark } from "../../../base/packet-view.ts";
import type { HttpExchangeFacts } from "../../../store/http-types.ts";
import type { ConnectionFacts } from "../../../store/types.ts";
import type { Context } from "../../context/context.ts";
import type { Asked } from "../../context/others.ts";
import { cause, type Draft, draft, shows } from "../../draft.ts";
import { endingOnLeg, hungUpBefore } from "../../ending/hung-up-poll.ts";
import { rejectedBefore } from "../../ending/rejected-before.ts";
import { frontNamed } from "../../handshake/fronts.ts";
import { isPoll, proxyOf } from "../../handshake/upgrade-outcome.ts";
import { clientOf, endOf, isLoopback, serverOf, spanMs, wantsWebSocket } from "../../reading/reading.ts";
import { within } from "../../reading/time-index.ts";
import type { EvidenceItem } from "../../types.ts";
import { isStandIn } from "../../upgrade/stand-in-page.ts";
import type { Rule } from "../rule.ts";

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

/** Its client is a proxy that tried on after this failed, there or at another server, and so served whom it kept waiting. */
export function servedByProxy({ client, first }: ConnectionFacts, { joins }: Context): ConnectionFacts | null {
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

/** The page's development server is not this machine: localhost in its URL means another one. */
const isPageElsewhere = ({ others }: Context): boolean =>
  [...others().viteServers.values()].some(({ server }) => !isLoopback(server.address));

/** A later connection to the same endpoint was accepted: the server was not up yet, or came back. */
export function acceptedLater(connection: ConnectionFacts, context: Context): ConnectionFacts | null {
  const accepted = context.others().accepted.get(serverOf(connection));
  return (accepted && within(accepted, connection.first.timestampNs + 1, Number.POSITIVE_INFINITY)[0]) ?? null;
}

/** A connection to the same endpoint was accepted before, or a WebSocket was open there when the capture began: somebody listened. */
function wasServedEarlier(connection: ConnectionFacts, context: Context): boolean {
  const { accepted, begun } = context.others();
  const untilNs = connection.first.timestampNs;
  const others = accepted.get(serverOf(connection));
  if (others !== undefined && within(others, 0, untilNs - 1).length > 0) return true;
  return (begun.get(serverOf(connection)) ?? untilNs) < untilNs;
}

/** localhost stands for two addresses, and who is refused at one tries the other (RFC 8305): refused once. */
function refusedTwin({ server, first }: ConnectionFacts, { others }: Context): ConnectionFacts | null {
  const other = server.address.includes(":") ? `127.0.0.1:${server.port}` : `[::1]:${server.port}`;
  const failed = others().failed.get(other);
  if (failed === undefined || !isLoopback(server.address)) return null;
  const aroundNs = OTHER_FAMILY_WITHIN_MS * 1e6;
  const near = within(failed, first.timestampNs - aroundNs, first.timestampNs + aroundNs);
  return near.find(({ tcp }) => tcp.opening === "refused") ?? null;
}

/** A proxy keeps nobody waiting longer. */
const WAITING_NS = 60e9;

/** Somebody waits for the answer of another server at this moment: that one is a proxy, and this is what it tries. */
function waitingFor(connection: ConnectionFacts, context: Context): Asked | null {
  const at = connection.first.timestampNs;
  const waiting = within(context.others().asked, at - WAITING_NS, at).find(
    ({ connection: front, exchange }) =>
      serverOf(front) !== serverOf(connection) &&
      // Who waits dials for itself, unless the proxy is on its own machine.
      (front.client.address !== connection.client.address || front.server.address === connection.client.address) &&
      exchange.request !== null &&
      (wantsWebSocket(exchange.request) || isPoll(exchange)) &&
      exchange.request.last.timestampNs <= at &&
      (exchange.response?.first ?? front.last).timestampNs >= at &&
      ((exchange.response?.status ?? 502) >= 500 || isStandIn(front, exchange, context)) &&
      !cameFrom(serverOf(connection), exchange, context),
  );
  return waiting ?? null;
}

/** The poll was passed on by whoever is tried here, which is no backend then. Each poll has a query of its own. */
const cameFrom = (server: string, exchange: HttpExchangeFacts, { others }: Context): boolean =>
  isPoll(exchange) &&
  (others().askedOf.get(server) ?? []).some(
    ({ request }) => request?.target.split("?")[1] === exchange.request?.target.split("?")[1],
  );

interface Refused {
  readonly base: { readonly server: string; readonly port: number; readonly client: string; readonly attempts: number };
  readonly evidence: readonly (EvidenceItem | null)[];
  readonly at: Mark;
}

/** The client got what it wanted all the same: at the other address of the name, from another backend, or at the next attempt. */
function servedElsewhere(connection: ConnectionFacts, context: Context, { base, evidence, at }: Refused): Draft | null {
  const elsewhere = acceptedElsewhere(connection, context);
  if (elsewhere !== null)
    return draft("tcp.open.refused", "otherFamily", {
      severity: "note",
      at,
      args: { ...base, other: serverOf(elsewhere) },
      evidence: [
        ...evidence,
        shows(elsewhere.tcp.established ?? elsewhere.first, "accepted", { server: serverOf(elsewhere) }),
      ],
      causes: [cause("likely", "oneFamilyBound", { port: base.port, other: serverOf(elsewhere) })],
    });
  const served = servedByProxy(connection, context);
  if (served === null) return null;
  const took = served.tcp.established ?? served.first;
  const parts = {
    severity: "warning" as const,
    at,
    evidence: [...evidence, shows(took, "accepted", { server: serverOf(served) })],
  };
  if (serverOf(served) !== base.server)
    return draft("tcp.open.refused", "otherBackend", {
      ...parts,
      args: { ...base, other: serverOf(served) },
      causes: [cause("likely", "notListening", { port: base.port })],
    });
  const { server, port } = base;
  return draft("tcp.open.refused", "triedAgain", {
    ...parts,
    args: { ...base, waitedMs: spanMs(at, took) },
    causes: [
      wasServedEarlier(connection, context)
        ? cause("certain", "serverStopped", { server, port })
        : cause("certain", "serverStartedLater", { server }),
    ],
  });
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
  const served = servedElsewhere(connection, context, { base, evidence, at: reset });
  if (served !== null) return served;
  const laterOne = acceptedLater(connection, context);
  if (laterOne !== null) evidence.push(shows(laterOne.tcp.established ?? laterOne.first, "accepted", { server }));
  const usual = context.hopLimitOf.get(connection.server.address) ?? null;
  // Who was served there before has the right address and port.
  const isKnown = wasServedEarlier(connection, context);
  const isUnheard = !isKnown && laterOne === null;
  const common = [
    laterOne !== null && !isKnown && cause("certain", "serverStartedLater", { server }),
    isKnown && cause(laterOne === null ? "likely" : "certain", "serverStopped", { server, port }),
    isUnheard && cause("likely", "notListening", { port }),
  ];
  // The host of a container answers in its place when its port is not passed on any more: one hop nearer.
  const isNextHop = isKnown && usual !== null && reset.hopLimit === usual + 1;
  if (usual !== null && usual !== reset.hopLimit && !isNextHop)
    return draft("tcp.open.refused", "middlebox", {
      at: reset,
      args: { ...base, answerMs, hops: reset.hopLimit, usualHops: usual },
      evidence: [...evidence, shows(reset, "rstOdd", { from: "server", oddities: "hop-limit" })],
      causes: [cause("likely", "rejectRule", { port }), cause("possible", "notListening", { port })],
    });
  const waiting = waitingFor(connection, context);
  const died = hungUpBefore(connection, context)?.connection ?? null;
  if (waiting !== null)
    return draft("tcp.open.refused", isLoopback(connection.server.address) ? "loopbackOfProxy" : "ofProxy", {
      at: reset,
      // The poll that broke off was the first to tell of it.
      onset: died && endOf(died),
      args: { ...base, answerMs },
      evidence: [died && endingOnLeg(died), ...evidence],
      causes: [
        ...common,
        // A proxy that calls [::1] alone misses what listens on 127.0.0.1; what listens on localhost may be at [::1] alone.
        isUnheard &&
          isLoopback(connection.server.address) &&
          refusedTwin(connection, context) === null &&
          cause(connection.server.address === "::1" ? "likely" : "possible", "oneFamilyBound", { port }),
        isUnheard && cause("likely", "backendDown", { front: frontNamed(proxyOf(waiting.exchange)) }),
        cause("possible", "rejectRule", { port }),
      ],
    });
  const device = answersAt(port, context);
  const twin = refusedTwin(connection, context);
  if (isLoopback(connection.server.address))
    return draft("tcp.open.refused", isUnheard ? "loopback" : "host", {
      at: reset,
      severity: twin !== null && twin.first.timestampNs < connection.first.timestampNs ? "note" : undefined,
      args: { ...base, answerMs },
      evidence,
      causes: [
        // Whoever is let in there before or afterwards called the right machine, by an address that is served.
        isUnheard && device !== null && cause("likely", "localhostUrl", { port, device }),
        isUnheard && isPageElsewhere(context) && cause("likely", "localhostUrl", { port }),
        ...common,
        isUnheard && device === null && cause("likely", "localhostUrl", { port }),
        isUnheard && twin === null && cause("possible", "oneFamilyBound", { port }),
      ],
    });
  const cut = rejectedBefore(connection, reset, context);
  if (cut !== null)
    return draft("tcp.open.refused", "sameRule", {
      at: reset,
      confidence: "likely",
      args: { ...base, answerMs },
      evidence: [shows(cut, "rstOdd", { from: "server", oddities: cut.oddities.join(",") }), ...evidence],
      causes: [cause("likely", "rejectsAtHost", { from: "server", port })],
    });
  return draft("tcp.open.refused", "host", {
    at: reset,
    confidence: isNextHop ? "likely" : undefined,
    args: { ...base, answerMs },
    evidence: isNextHop ? [...evidence, shows(reset, "rstOdd", { from: "server", oddities: "hop-limit" })] : evidence,
    causes: [
      ...common.map((one) => (isNextHop && one ? { ...one, confidence: "likely" as const } : one)),
      // 0.0.0.0 takes no IPv6.
      isUnheard &&
        twin === null &&
        connection.server.address.includes(":") &&
        cause("likely", "oneFamilyBound", { port }),
      isUnheard && cause("likely", "boundToLoopback", { port }),
      isUnheard && cause("possible", "wrongPort", { port }),
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
    "rejectsAtHost",
    "serverStartedLater",
    "serverStopped",
    "backendDown",
  ],
  sources: ["https://www.rfc-editor.org/rfc/rfc9293#section-3.10.7.1"],
  check,
};
