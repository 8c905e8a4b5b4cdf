import { appendTo } from "../../base/append-to.ts";
import { connectionId, type PerDirection } from "../../base/brand.ts";
import type { ChangedField, JoinFacts } from "../../store/across-types.ts";
import type { HttpFieldFacts } from "../../store/http-types.ts";
import type { Analysis, ConnectionFacts } from "../../store/types.ts";
import type { VantageSpan } from "./absences.ts";
import { clocksOfConnections } from "./capture-clocks.ts";
import { CaptureClocks, type ClockOffset, clocksOfLegs, type Pair } from "./clock-offset.ts";
import { beginningOf, copiesOf, isBySyn, nearerToClient } from "./copies.ts";
import { FreeLegs } from "./free-legs.ts";
import { isAround } from "./leg-order.ts";
import { sealedPairs } from "./sealed-joins.ts";
import type { Origin } from "./settled-connections.ts";

/** A proxy that makes a new key passes the request on within this time. */
const FORWARD_NS = 5e9;

/** Between these two packets another capture begins: what looks like its continuation may be one by another clock. */
type IsSplit = (packet: number, other: number) => boolean;

/** Which connections carry the same WebSocket: one TCP connection in two captures, or the two legs of a proxy. */
export function findJoins(
  tracked: readonly Origin[],
  facts: readonly ConnectionFacts[],
  spans: readonly VantageSpan[],
  isSplit: IsSplit | null = null,
): Pick<Analysis, "joins" | "aheadNs"> {
  const elsewhere = copiesOf(tracked);
  const known = new Set(elsewhere.flat());
  const behindNat = translated(tracked, known);
  const copies = [
    ...elsewhere,
    ...behindNat,
    ...translatedElsewhere(tracked, new Set([...known, ...behindNat.flat()])),
  ];
  const byId = new Map(facts.map((one) => [Number(one.id), one]));
  const untilOf = new Map(spans.map(({ vantage, lastNs }) => [vantage, lastNs]));
  const pairs = copies.flatMap((group) =>
    group.slice(1).map((second, index): Pair => ({ first: group[index] as Origin, second })),
  );
  const clocks = new CaptureClocks(pairs);
  const joins = pairs.map((pair) => joinOf(pair, clocks.of(pair), byId, untilOf));
  const all = [...joins, ...proxied(facts, { ...whereabouts(tracked, copies), isSplit })];
  return { joins: all, aheadNs: clocksOfConnections(tracked, all, piecesOf(facts, isSplit)) };
}

/** The captures that hold them, counted by where each begins. */
function piecesOf(facts: readonly ConnectionFacts[], isSplit: IsSplit | null): (id: number) => number {
  const pieces = new Map<number, number>();
  let piece = 0;
  let before: number | null = null;
  for (const { id, first } of isSplit === null ? [] : facts) {
    if (before !== null && isSplit?.(before, first.packet) === true) piece++;
    before = first.packet;
    pieces.set(id, piece);
  }
  return (id) => pieces.get(id) ?? 0;
}

/** A NAT passes a packet on at once. */
const TRANSLATE_NS = 1e9;

/**
 * One connection before and behind a NAT, seen by the same capture: other addresses or ports, both initial sequence numbers
 * the same, and the SYN-ACK comes to it from behind first, as the SYN went through it: made-up packets often have the same
 * numbers everywhere. The one that asked first is nearer to the client.
 */
function translated(tracked: readonly Origin[], known: ReadonlySet<Origin>): Origin[][] {
  return alike(tracked, known, ({ vantage }) => `${vantage} `).flatMap((group) => {
    const [first, ...others] = group.sort((a, b) => a.id - b.id);
    if (first === undefined) return [];
    const copies = others.filter((other) => isPassedThrough(first, other) && !hasSameEnds(first, other));
    return copies.length === 0 ? [] : [[first, ...copies]];
  });
}

/**
 * The same with a capture on each side of the NAT, whose clocks cannot be compared: both initial sequence numbers agree, 64
 * bits in all, and in each capture one connection alone has them.
 */
function translatedElsewhere(tracked: readonly Origin[], known: ReadonlySet<Origin>): Origin[][] {
  if (tracked.every(({ vantage }) => vantage === tracked[0]?.vantage)) return [];
  return alike(tracked, known, () => "")
    .filter((group) => group.length > 1 && new Set(group.map(({ vantage }) => vantage)).size === group.length)
    .map((group) => group.sort(nearerToClient));
}

/** Connections with the same initial sequence numbers, and the same of what else tells them apart. */
function alike(tracked: readonly Origin[], known: ReadonlySet<Origin>, of: (one: Origin) => string): Origin[][] {
  const groups = new Map<string, Origin[]>();
  for (const one of tracked) {
    const numbers = known.has(one) ? null : numbersOf(one.halves);
    if (numbers !== null) appendTo(groups, of(one) + numbers, one);
  }
  return [...groups.values()];
}

const isPassedThrough = (front: Origin, back: Origin): boolean =>
  back.synNs - front.synNs < TRANSLATE_NS &&
  back.synAckNs < front.synAckNs &&
  front.synAckNs - back.synAckNs < TRANSLATE_NS;

const hasSameEnds = (a: Origin, b: Origin): boolean =>
  a.addresses.join(" ") === b.addresses.join(" ") && a.ports.join(" ") === b.ports.join(" ");

/** Where a connection was captured, and of which it is a copy. */
interface Whereabouts {
  readonly vantageOf: (id: number) => number;
  readonly copyOf: (id: number) => number;
  /** null: no capture is taken for the continuation of another one. */
  readonly isSplit: IsSplit | null;
}

function whereabouts(tracked: readonly Origin[], copies: readonly Origin[][]): Omit<Whereabouts, "isSplit"> {
  const vantages = new Map(tracked.map(({ id, vantage }) => [id, vantage]));
  const nearest = new Map(copies.flatMap((group) => group.map(({ id }) => [id, group[0]?.id ?? id] as const)));
  return { vantageOf: (id) => vantages.get(id) ?? 0, copyOf: (id) => nearest.get(id) ?? id };
}

const numbersOf = (halves: Origin["halves"]): string | null =>
  halves.every(({ synSeen }) => synSeen)
    ? [...halves.map(({ initialSequence }) => initialSequence)].sort().join(" ")
    : null;

/** `first` was taken nearer to the client. */
function joinOf(
  { first, second }: Pair,
  clocks: ClockOffset | null,
  facts: ReadonlyMap<number, ConnectionFacts>,
  untilOf: ReadonlyMap<number, number>,
): JoinFacts {
  const [nearClient, nearServer] = [facts.get(first.id), facts.get(second.id)];
  return {
    kind: "two-captures",
    connections: [connectionId(first.id), connectionId(second.id)],
    by: isBySyn(first, second) ? "initial-sequence-numbers" : "sequence-numbers",
    clockOffsetNs: clocks?.offsetNs ?? null,
    clockErrorNs: clocks?.errorNs ?? null,
    foreignResets: nearClient && nearServer ? foreignResets(nearClient, nearServer) : [],
    lostBytes: nearClient && nearServer ? lostBytes(nearClient, nearServer, { first, second }) : [0, 0],
    capturedUntilNs: [untilOf.get(first.vantage) ?? 0, untilOf.get(second.vantage) ?? 0],
    changedRequest: [],
    changedResponse: [],
  };
}

/** A RST that is not in the capture taken at its sender. */
function foreignResets(nearClient: ConnectionFacts, nearServer: ConnectionFacts): JoinFacts["foreignResets"] {
  const missing = (got: ConnectionFacts, sent: ConnectionFacts, from: "client" | "server") =>
    got.tcp.resets
      .filter((reset) => reset.from === from && sent.tcp.resets.every((other) => other.from !== from))
      .map((reset) => ({ connection: got.id, packet: reset.packet, from }));
  return [...missing(nearClient, nearServer, "server"), ...missing(nearServer, nearClient, "client")];
}

function lostBytes(
  nearClient: ConnectionFacts,
  nearServer: ConnectionFacts,
  { first, second }: Pair,
): PerDirection<number> {
  const bytes = ({ tcp }: ConnectionFacts, direction: 0 | 1): number => {
    const { streamBytes, notCapturedBytes, truncatedBytes } = tcp.halves[direction];
    return streamBytes + notCapturedBytes + truncatedBytes;
  };
  const { clientIndex } = first;
  /** Captures of one stream may begin at different places of it. */
  const ahead = (index: 0 | 1): number =>
    first.halves[index].anchored && second.halves[index].anchored
      ? (beginningOf(second.halves[index]) - beginningOf(first.halves[index])) | 0
      : 0;
  return [
    Math.max(0, bytes(nearClient, 0) - bytes(nearServer, 0) - ahead(clientIndex)),
    Math.max(0, bytes(nearServer, 1) - bytes(nearClient, 1) + ahead(clientIndex === 0 ? 1 : 0)),
  ];
}

/**
 * Proxies hand Sec-WebSocket-Key on untouched; one that makes its own still passes the target on, in time and order. Legs
 * in one capture are joined first: their times can be compared.
 */
function proxied(facts: readonly ConnectionFacts[], { vantageOf, copyOf, isSplit }: Whereabouts): JoinFacts[] {
  /** A proxy dials a server of its own, by a connection of its own. */
  const isOther = (front: ConnectionFacts, leg: ConnectionFacts): boolean =>
    copyOf(leg.id) !== copyOf(front.id) &&
    (leg.server.address !== front.server.address || leg.server.port !== front.server.port);
  const areParted = (front: ConnectionFacts, leg: ConnectionFacts): boolean =>
    isSplit?.(front.first.packet, leg.first.packet) === true;
  /** By one clock it would have been asked when the client had its answer: another clock told its time. */
  const isLate = (front: ConnectionFacts, leg: ConnectionFacts): boolean =>
    areParted(front, leg) && isAskedTooLate(front, leg);
  // Of more than two with one key nobody could tell which belong together.
  const areSplit = (front: ConnectionFacts, leg: ConnectionFacts): boolean =>
    areParted(front, leg) && byKey.get(keyOf(front))?.size === 2 && (!isBehind(front, leg) || isLate(front, leg));
  const isElsewhere = (front: ConnectionFacts, leg: ConnectionFacts): boolean =>
    vantageOf(leg.id) !== vantageOf(front.id) || areSplit(front, leg);
  const joins: JoinFacts[] = [];
  const asked = facts.filter(({ upgrade }) => upgrade?.exchange.request != null && upgrade.otherProtocol === null);
  const behind = new Set<number>();
  const inFront = new Set<number>();
  const join = (front: ConnectionFacts, back: ConnectionFacts | undefined, by?: JoinFacts["by"]): void => {
    if (back === undefined) return;
    inFront.add(copyOf(front.id));
    behind.add(copyOf(back.id));
    const clocks = isElsewhere(front, back) ? clocksOfLegs(front, back) : null;
    joins.push({
      kind: "proxied",
      connections: [front.id, back.id],
      by: by ?? (keyOf(front) === keyOf(back) ? "key" : "request"),
      clockOffsetNs: clocks?.offsetNs ?? null,
      clockErrorNs: clocks?.errorNs ?? null,
      foreignResets: [],
      lostBytes: [0, 0],
      capturedUntilNs: [0, 0],
      ...changes(front, back),
    });
  };
  const isTaken = (leg: ConnectionFacts): boolean => behind.has(copyOf(leg.id));
  const byKey = legsBy(asked, keyOf, isTaken);
  const byRoute = legsBy(
    asked,
    (leg) => routeOf(leg.client.address, leg.upgrade?.exchange.request?.target ?? ""),
    isTaken,
  );
  for (const front of asked) {
    if (inFront.has(copyOf(front.id))) continue;
    const from = front.upgrade?.exchange.request?.last.packet ?? 0;
    const fits = (leg: ConnectionFacts): boolean =>
      vantageOf(leg.id) === vantageOf(front.id) && isOther(front, leg) && isBehind(front, leg) && !isLate(front, leg);
    const forwarded = (): ConnectionFacts | undefined =>
      routesBehind(front)
        .flatMap((route) => byRoute.get(route)?.from(from) ?? [])
        .find((leg) => fits(leg) && isForwarded(front, leg));
    join(front, likest(front, (byKey.get(keyOf(front))?.from(from) ?? []).filter(fits)) ?? forwarded());
  }
  // Clocks of two captures do not tell what came first.
  const isSeveral = isSplit !== null || new Set(asked.map(({ id }) => vantageOf(id))).size > 1;
  for (const front of isSeveral ? asked : []) {
    if (inFront.has(copyOf(front.id))) continue;
    const fits = (leg: ConnectionFacts): boolean =>
      isElsewhere(front, leg) && isOther(front, leg) && isBehindElsewhere(front, leg);
    join(front, byKey.get(keyOf(front))?.from(0).find(fits));
  }
  const free = asked.filter((leg) => !behind.has(copyOf(leg.id)));
  for (const { front, back } of sealedPairs(facts, free, vantageOf)) join(front, back, "timing");
  return joins;
}

/** nginx's auth_request bears the client's key too: the leg that was answered as the client was. */
const likest = (front: ConnectionFacts, legs: readonly ConnectionFacts[]): ConnectionFacts | undefined =>
  legs.find((leg) => statusOf(leg) === statusOf(front)) ?? legs[0];

const statusOf = ({ upgrade }: ConnectionFacts): number | undefined => upgrade?.exchange.response?.status;

/**
 * The same key in captures whose clocks cannot be compared: who was dialled by the other's server, bears a proxy's marks, or
 * was answered while the other one waited.
 */
function isBehindElsewhere(front: ConnectionFacts, back: ConnectionFacts): boolean {
  if (front === back || dialForThemselves(front, back)) return false;
  if (back.client.address === front.server.address) return true;
  if (front.client.address === back.server.address) return false;
  const marked = ({ upgrade }: ConnectionFacts): boolean =>
    upgrade?.exchange.request?.fields.some(({ name }) => PROXY_FIELDS.test(name)) ?? false;
  if (marked(back) !== marked(front)) return marked(back);
  const around = isAround(front, back, keyOf(front));
  return around === null ? isBehind(front, back) : around && (isBehind(front, back) || asksAlike(front, back));
}

const PROXY_FIELDS = /^(via|forwarded|x-forwarded-(for|host|proto)|x-real-ip)$/i;

/** Legs that have something in common, those first that asked first. */
function legsBy<Key>(
  facts: readonly ConnectionFacts[],
  of: (one: ConnectionFacts) => Key,
  isTaken: (leg: ConnectionFacts) => boolean,
): Map<Key, FreeLegs> {
  const groups = new Map<Key, ConnectionFacts[]>();
  for (const one of facts) {
    const key = of(one);
    if (key === null) continue;
    appendTo(groups, key, one);
  }
  return new Map([...groups].map(([key, group]) => [key, new FreeLegs(group, isTaken)]));
}

const routeOf = (dialler: string, target: string): string => `${dialler} ${target}`;

/** Where a proxy that was asked this may dial from, and what it may ask: the same path, or the end of it. */
function routesBehind({ server, upgrade }: ConnectionFacts): string[] {
  const asked = upgrade?.exchange.request?.target ?? "";
  const routes = [routeOf(server.address, asked)];
  for (let at = asked.indexOf("/", 1); at > 0 && routes.length < MOST_ROUTES; at = asked.indexOf("/", at + 1)) {
    if (at + 1 < asked.length) routes.push(routeOf(server.address, asked.slice(at)));
  }
  return routes;
}

/** No route of a real proxy takes off more. */
const MOST_ROUTES = 16;

const keyOf = ({ upgrade }: ConnectionFacts): string | null =>
  upgrade?.exchange.request?.fields.find(({ name }) => name.toLowerCase() === "sec-websocket-key")?.value ?? null;

/** The other leg asks after the first one, at another pair of ends. */
function isBehind(front: ConnectionFacts, back: ConnectionFacts): boolean {
  const [asked, passed] = [front.upgrade?.exchange.request?.last, back.upgrade?.exchange.request?.first];
  if (asked === undefined || passed === undefined || front === back) return false;
  return (
    passed.packet >= asked.packet &&
    passed.timestampNs - asked.timestampNs < FORWARD_NS &&
    !dialForThemselves(front, back)
  );
}

function isAskedTooLate(front: ConnectionFacts, back: ConnectionFacts): boolean {
  const [answered, passed] = [front.upgrade?.exchange.response?.first, back.upgrade?.exchange.request?.first];
  return answered !== undefined && passed !== undefined && passed.timestampNs > answered.timestampNs;
}

/**
 * Both are dialled by one host, which is not the first one's server: two clients with one key, and no proxy. A transparent
 * proxy keeps the port as well as the address.
 */
const dialForThemselves = (a: ConnectionFacts, b: ConnectionFacts): boolean =>
  a.client.address === b.client.address && a.server.address !== b.client.address && a.client.port !== b.client.port;

/** The same path or the end of it. */
function asksAlike(front: ConnectionFacts, back: ConnectionFacts): boolean {
  const [asked, passed] = [front.upgrade?.exchange.request?.target, back.upgrade?.exchange.request?.target];
  if (asked === undefined || passed === undefined) return false;
  return asked === passed || (passed.length > 1 && asked.endsWith(passed));
}

/** With another key: the proxy's own address dials, and the path is the same or the end of it. */
function isForwarded(front: ConnectionFacts, back: ConnectionFacts): boolean {
  const [asked, passed] = [front.upgrade?.exchange.request?.target, back.upgrade?.exchange.request?.target];
  if (asked === undefined || passed === undefined || back.first.packet < front.first.packet) return false;
  const answered = front.upgrade?.exchange.response?.first.timestampNs ?? Number.POSITIVE_INFINITY;
  return (
    asksAlike(front, back) &&
    back.first.timestampNs < answered &&
    keyOf(front) !== keyOf(back) &&
    back.client.address === front.server.address
  );
}

type Head = { readonly version: string; readonly fields: readonly HttpFieldFacts[] } | null;

function changes(front: ConnectionFacts, back: ConnectionFacts): Pick<JoinFacts, "changedRequest" | "changedResponse"> {
  const [before, behind] = [front.upgrade?.exchange, back.upgrade?.exchange];
  const request = changedFields(before?.request ?? null, behind?.request ?? null);
  const [asked, passed] = [before?.request, behind?.request];
  if (asked != null && passed != null && asked.target !== passed.target) {
    request.unshift({ name: "(target)", before: asked.target, behind: passed.target });
  }
  return {
    changedRequest: request,
    changedResponse: changedFields(before?.response ?? null, behind?.response ?? null),
  };
}

function changedFields(before: Head, behind: Head): ChangedField[] {
  if (before === null || behind === null) return [];
  const [a, b] = [valuesOf(before), valuesOf(behind)];
  return [...new Set([...a.keys(), ...b.keys()])]
    .filter((name) => a.get(name) !== b.get(name))
    .map((name) => ({ name, before: a.get(name) ?? null, behind: b.get(name) ?? null }));
}

function valuesOf({ version, fields }: NonNullable<Head>): Map<string, string> {
  const values = new Map<string, string>([["(version)", version]]);
  for (const { name, value } of fields) {
    const key = name.toLowerCase();
    const known = values.get(key);
    values.set(key, known === undefined ? value : `${known}, ${value}`);
  }
  return values;
}
