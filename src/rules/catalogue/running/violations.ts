import type { Side } from "../../../base/brand.ts";
import type { ConnectionFacts } from "../../../store/types.ts";
import type { WebSocketEventFacts } from "../../../store/websocket-types.ts";
import type { Context } from "../../context/context.ts";
import { cause, type Draft, draft, lesser, shows } from "../../draft.ts";
import { forwardedBy, handshakeOf } from "../../handshake/upgrade-outcome.ts";
import { endingEvidence } from "../../reading/ending.ts";
import { directionOf, endOf, fieldValue, otherSide } from "../../reading/reading.ts";
import type { Cause, CauseId, RuleId } from "../../types.ts";
import type { Rule } from "../rule.ts";

/** After this time an end is no longer put down to the violation. */
const REACTION_NS = 10e9;

type ViolationId = Extract<
  RuleId,
  `ws.frame.${string}` | "ws.text.invalid-utf8" | "ws.close.malformed" | "ws.data-after-close" | "ws.deflate.failed"
>;

/** The violator hung up this soon: what its peer would have done need not have come. */
const HUNG_UP_WITHIN_NS = 1e9;

/** The violator had closed by a Close of its own, which the peer answers: what comes behind it is read by nobody (§5.5.1). */
function cameBehindClose({ webSocket }: ConnectionFacts, { from, timestampNs, code }: WebSocketEventFacts): boolean {
  const own = webSocket?.closeFrames[directionOf(from)] ?? null;
  const peers = webSocket?.closeFrames[directionOf(otherSide(from))] ?? null;
  if (code === "data-after-close" || own === null || own.timestampNs >= timestampNs) return false;
  return peers === null || peers.code === own.code;
}

/**
 * The path was dead by then: the sender sent it again and again, and nothing acknowledged it. What this breaks was broken
 * before, and whoever sends an RST has heard something.
 */
function neverArrived({ tcp }: ConnectionFacts, { from, packet }: WebSocketEventFacts): boolean {
  const { unacknowledged } = tcp.halves[directionOf(from)];
  if (tcp.oneWay || unacknowledged === null || unacknowledged.retransmissions === 0) return false;
  return packet >= unacknowledged.since.packet && !tcp.resets.some((reset) => reset.from !== from && !reset.ignored);
}

/** The peer closed, or hung up, soon after: what it did about the violation. */
function reaction(connection: ConnectionFacts, event: WebSocketEventFacts) {
  const peer = otherSide(event.from);
  const close = connection.webSocket?.closeFrames[directionOf(peer)] ?? null;
  const asked = connection.webSocket?.closeFrames[directionOf(event.from)] ?? null;
  if (cameBehindClose(connection, event)) return { word: "wentOn", item: null };
  // It went on until the violator itself began to close: its Close and its FIN only answer that.
  if (
    close !== null &&
    asked !== null &&
    asked.timestampNs > event.timestampNs &&
    asked.timestampNs < close.timestampNs
  )
    return { word: "wentOn", item: null };
  const soon = (atNs: number): boolean => atNs >= event.timestampNs && atNs - event.timestampNs <= REACTION_NS;
  if (close !== null && soon(close.timestampNs))
    return {
      word: "closedWithCode",
      item: shows(close, "closeFrame", { from: peer, code: close.code, reason: close.reason }),
    };
  const { tcp } = connection;
  if (tcp.closedAt !== null && tcp.firstCloser !== event.from && soon(tcp.closedAt.timestampNs))
    return { word: tcp.ending === "rst" ? "closedWithRst" : "closedWithFin", item: endingEvidence(connection) };
  const spoke = connection.webSocket?.lastFrame[directionOf(peer)] ?? null;
  const isCut = tcp.closedAt !== null && tcp.closedAt.timestampNs - event.timestampNs < HUNG_UP_WITHIN_NS;
  const isSeen = !isCut || (spoke !== null && spoke.timestampNs > event.timestampNs);
  return { word: isSeen ? "wentOn" : "nothingSeen", item: null };
}

const causeFor = (id: CauseId, from: Side) => {
  switch (id) {
    case "proxyInjectsFrames":
    case "transformingProxy":
    case "mixedDeflate":
    case "binaryAsText":
      return cause("likely", id, {});
    default:
      return cause("likely", "brokenLibrary", { from });
  }
};

/** The proxy whose own frame this is: on its other leg, from where it would have come, there is none like it. */
function writtenBy(connection: ConnectionFacts, event: WebSocketEventFacts, { joins }: Context): string | null {
  const join = event.from === "client" ? joins.before.get(connection.id) : joins.behind.get(connection.id);
  if (join === undefined) return null;
  const { webSocket, tcp } = event.from === "client" ? join.front : join.back;
  if (webSocket === null || webSocket.midstream || webSocket.eventCounts[event.code]) return null;
  if (tcp.halves[directionOf(event.from)].missingBytes > 0) return null;
  return event.from === "client" ? connection.client.address : connection.server.address;
}

/** A Close without a mask, or what came right behind a Close, of a client that names itself a proxy in its request. */
function closesUnmasked(connection: ConnectionFacts, event: WebSocketEventFacts): string | null {
  const close = connection.webSocket?.closeFrames[0] ?? null;
  if (event.code !== "unmasked-client" || event.from !== "client" || close === null) return null;
  if (forwardedBy(handshakeOf(connection)) === null || close.packet > event.packet) return null;
  return connection.client.address;
}

/** The server compresses as it agreed with the proxy, whose 101 to the client says nothing of it. */
function hidesExtensions(
  { id, server }: ConnectionFacts,
  event: WebSocketEventFacts,
  { joins }: Context,
): string | null {
  const join = joins.behind.get(id);
  if (join === undefined || event.code !== "reserved-bits" || event.from !== "server") return null;
  const [here, behind] = [join.front, join.back].map(({ upgrade }) => {
    const response = upgrade?.exchange.response;
    return response?.complete ? (fieldValue(response, "sec-websocket-extensions") ?? "") : null;
  });
  return here === "" && behind ? server.address : null;
}

function causesOf(
  connection: ConnectionFacts,
  event: WebSocketEventFacts,
  causes: readonly CauseId[],
  context: Context,
): Cause[] {
  const { from } = event;
  const hidden = hidesExtensions(connection, event, context);
  if (hidden !== null) return [cause("certain", "proxyHidesExtensions", { proxy: hidden, from })];
  const proxy = writtenBy(connection, event, context);
  if (proxy !== null) return [cause("certain", "proxyWroteFrame", { proxy, from })];
  const closer = closesUnmasked(connection, event);
  return [
    ...(closer === null ? [] : [cause("likely", "proxyClosesUnmasked", { proxy: closer })]),
    ...causes.map((id) => (closer === null ? causeFor(id, from) : lesser(causeFor(id, from)))),
  ];
}

function check(ruleId: ViolationId, code: string, causes: readonly CauseId[]) {
  return (connection: ConnectionFacts, context: Context): Draft | null => {
    const { webSocket } = connection;
    if (webSocket === null || !webSocket.eventCounts[code]) return null;
    const all = webSocket.events.filter((event) => event.code === code);
    const first = all[0];
    if (first === undefined) return null;
    // What the other side sent back (an echo of it) is not this one's.
    const events = all.filter(({ from }) => from === first.from);
    const arrived = all.findLast((event) => !neverArrived(connection, event)) ?? null;
    const { word, item } = arrived === null ? { word: "neverGotIt", item: null } : reaction(connection, arrived);
    const end = endOf(connection);
    // Another peer would mind; this one did not, so it is not what broke this WebSocket.
    const passed = (word === "wentOn" || word === "nothingSeen") && connection.tcp.closedAt !== null;
    // Two versions of the same bytes were captured: the receiver may have seen the other one.
    const { conflicts } = connection.tcp.halves[directionOf(first.from)];
    const isIdle = conflicts > 0 || events.every((event) => cameBehindClose(connection, event));
    const doubtful = webSocket.midstream || conflicts > 0;
    const conflict = connection.tcp.events.find((event) => event.kind === "conflict" && event.from === first.from);
    return draft(ruleId, "plain", {
      at: first,
      // A violation that the peer lets pass explains neither a later end nor anything but its own repetitions.
      explainsUntil:
        word === "wentOn" || arrived === null
          ? (webSocket.events.at(-1)?.timestampNs ?? first.timestampNs)
          : end.timestampNs + REACTION_NS,
      confidence: doubtful ? "possible" : "certain",
      severity: isIdle || arrived === null ? "note" : webSocket.midstream || passed ? "warning" : undefined,
      args: {
        from: first.from,
        count: events.length < all.length ? events.length : (webSocket.eventCounts[code] ?? events.length),
        value: first.value,
        peerDid: word,
      },
      evidence: [
        ...events.slice(0, 4).map((event) => shows(event, "violation", { from: event.from, rule: event.section })),
        item,
        shows(conflict, "conflict", { from: first.from }),
      ],
      causes: causesOf(connection, first, causes, context),
    });
  };
}

const rule = (id: ViolationId, code: string, spec: string, causes: readonly CauseId[]): Rule => ({
  id,
  severity: "error",
  spec,
  causes: [
    ...causes,
    "proxyWroteFrame",
    ...(code === "unmasked-client" ? (["proxyClosesUnmasked"] as const) : []),
    ...(code === "reserved-bits" ? (["proxyHidesExtensions"] as const) : []),
  ],
  sources: [
    `https://www.rfc-editor.org/rfc/${spec.startsWith("RFC 7692") ? "rfc7692" : `rfc6455#section-${/§([\d.]+)/.exec(spec)?.[1] ?? "5"}`}`,
  ],
  check: check(id, code, causes),
});

/** What RFC 6455 and RFC 7692 forbid: one rule a violation, all of one shape. */
export const violations: readonly Rule[] = [
  rule("ws.frame.not-websocket", "not-websocket", "RFC 6455 §5.2", ["proxyInjectsFrames", "brokenLibrary"]),
  rule("ws.frame.unmasked-client", "unmasked-client", "RFC 6455 §5.1", ["brokenLibrary", "transformingProxy"]),
  rule("ws.frame.masked-server", "masked-server", "RFC 6455 §5.1", ["brokenLibrary", "transformingProxy"]),
  rule("ws.frame.reserved-bits", "reserved-bits", "RFC 6455 §5.2", ["mixedDeflate", "brokenLibrary"]),
  rule("ws.frame.reserved-opcode", "reserved-opcode", "RFC 6455 §5.2", ["brokenLibrary", "transformingProxy"]),
  rule("ws.frame.control-fragmented", "control-fragmented", "RFC 6455 §5.4", ["brokenLibrary"]),
  rule("ws.frame.control-too-long", "control-too-long", "RFC 6455 §5.5", ["brokenLibrary"]),
  rule("ws.frame.length-not-minimal", "length-not-minimal", "RFC 6455 §5.2", ["brokenLibrary"]),
  rule("ws.frame.length-too-large", "length-too-large", "RFC 6455 §5.2", ["brokenLibrary"]),
  rule("ws.frame.unexpected-continuation", "unexpected-continuation", "RFC 6455 §5.4", ["brokenLibrary"]),
  rule("ws.frame.expected-continuation", "expected-continuation", "RFC 6455 §5.4", ["brokenLibrary"]),
  rule("ws.text.invalid-utf8", "invalid-utf8", "RFC 6455 §8.1", ["binaryAsText"]),
  rule("ws.close.malformed", "close-malformed", "RFC 6455 §5.5.1", ["brokenLibrary"]),
  rule("ws.data-after-close", "data-after-close", "RFC 6455 §5.5.1", ["brokenLibrary"]),
  rule("ws.deflate.failed", "deflate-failed", "RFC 7692 §7.2.2", [
    "mixedDeflate",
    "transformingProxy",
    "brokenLibrary",
  ]),
];
