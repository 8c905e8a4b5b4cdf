import type { Side } from "../../base/brand.ts";
import { capturedTime, type LivedMoment } from "../../base/captured-time.ts";
import type { Mark } from "../../base/packet-view.ts";
import type { Language } from "../../i18n/language.ts";
import type { RenderedFinding } from "../../i18n/render.ts";
import { rulesByConnection } from "../../rules/judging/by-connection.ts";
import { momentOf } from "../../rules/moment-of.ts";
import { isBlind } from "../../rules/reading/reading.ts";
import { saidAtEnd } from "../../rules/reading/said-at-end.ts";
import type { Finding } from "../../rules/types.ts";
import type { HalfFacts, TcpFacts } from "../../store/tcp-types.ts";
import type { TlsFacts } from "../../store/tls-types.ts";
import type { Analysis, CaptureFacts, ConnectionFacts } from "../../store/types.ts";
import type { BeatFacts, CloseFrameFacts, FrameCounts, MessageCounts } from "../../store/websocket-types.ts";
import type { Redactor } from "../redact.ts";
import { joinModel } from "./join-model.ts";
import { learnSecrets } from "./learn.ts";
import { annotationModel, type PlacedNote } from "./notes.ts";
import type { ConnectionModel, FindingModel, ReportModel } from "./schema.ts";
import { upgradeModel } from "./upgrade-model.ts";

export interface ModelOptions {
  readonly version: string;
  readonly language: Language;
  /** Hides secrets; shared by everything that is written together. */
  readonly redactor: Redactor;
  readonly notes?: readonly PlacedNote[];
  /** Of several captures: which one a packet is from, and its number in there. */
  readonly homes?: { of(packet: number): { readonly capture: number; readonly packet: number } | null } | null;
  /** `render` of i18n. */
  readonly words: (finding: Finding, language: Language) => RenderedFinding;
}

/** The one model that every renderer reads; it *is* `report --format json`, key order included. */
export function buildReport(analysis: Analysis, findings: readonly Finding[], options: ModelOptions): ReportModel {
  const { redactor } = options;
  learnSecrets(analysis, redactor);
  const time: TimeOf = (at) => capturedTime(analysis.originNs, analysis.captures, at);
  const rules = rulesByConnection(findings);
  const connections = analysis.connections.map((c) => connectionModel(c, rules.get(c.id) ?? [], time, redactor));
  const model: ReportModel = {
    schema: "wscap-report/1",
    tool: { name: "wscap", version: options.version },
    language: options.language,
    redaction: { applied: redactor.applied, hidden: 0 },
    captures: analysis.captures.map((capture) => captureModel(capture, redactor)),
    totals: totalsOf(analysis, findings),
    connections,
    joins: analysis.joins.map((join) => joinModel(join, redactor)),
    findings: findings.map((finding) =>
      withFiles(findingModel(finding, options, analysis.originNs === null ? null : time, redactor), analysis, options),
    ),
    annotations: (options.notes ?? []).map((note) => annotationModel(note, analysis, redactor)),
  };
  model.redaction.hidden = redactor.hidden;
  return model;
}

const captureModel = (capture: CaptureFacts, redactor: Redactor): ReportModel["captures"][number] => ({
  name: redactor.text(capture.name),
  format: capture.format,
  compression: capture.compression,
  linkTypes: [...capture.linkTypes],
  packets: capture.packets,
  bytes: capture.bytes,
  firstPacketTime: capture.firstPacketTime,
  lastPacketTime: capture.lastPacketTime,
  truncatedPackets: capture.truncatedPackets,
  malformed: capture.malformed,
  dropped: capture.dropped,
  endedEarly: capture.endedEarly?.code ?? null,
  endedEarlyOffset: capture.endedEarly?.offset ?? null,
});

const frameTotal = (c: FrameCounts): number =>
  c.text + c.binary + c.continuation + c.close + c.ping + c.pong + c.reserved;

function totalsOf(analysis: Analysis, findings: readonly Finding[]): ReportModel["totals"] {
  const { leftOut } = analysis;
  const totals: ReportModel["totals"] = {
    packets: analysis.packets,
    connections: analysis.connections.length + leftOut.connections,
    webSockets: leftOut.webSockets,
    upgradesRefused: leftOut.upgradesRefused,
    frames: leftOut.frames,
    messages: leftOut.messages,
    findings: { error: 0, warning: 0, note: 0 },
    notDecoded: { ...analysis.otherPackets },
  };
  for (const connection of analysis.connections) {
    if (connection.kind === "websocket") totals.webSockets += 1;
    if (connection.kind === "upgrade-refused") totals.upgradesRefused += 1;
    const ws = connection.webSocket;
    if (ws === null) continue;
    totals.frames += frameTotal(ws.frames[0]) + frameTotal(ws.frames[1]);
    for (const side of ws.messages) totals.messages += side.text + side.binary;
  }
  for (const finding of findings) totals.findings[finding.severity] += 1;
  return totals;
}

export type TimeOf = (at: LivedMoment) => string;

const both = <T, R>(pair: readonly [T, T], of: (value: T) => R): { client: R; server: R } => ({
  client: of(pair[0]),
  server: of(pair[1]),
});

const NO_FRAMES: FrameCounts = {
  text: 0,
  binary: 0,
  continuation: 0,
  close: 0,
  ping: 0,
  pong: 0,
  reserved: 0,
  payloadBytes: 0,
};
const NO_MESSAGES: MessageCounts = { text: 0, binary: 0, bytes: 0 };
const NO_BEAT = { pings: 0, answered: 0, missing: 0, late: 0, intervalMs: null, roundTripMs: null };

const framesModel = (c: FrameCounts): ConnectionModel["frames"]["client"] => ({
  text: c.text,
  binary: c.binary,
  continuation: c.continuation,
  close: c.close,
  ping: c.ping,
  pong: c.pong,
  reserved: c.reserved,
  payloadBytes: c.payloadBytes,
});
const messagesModel = (m: MessageCounts): ConnectionModel["messages"]["client"] => ({
  text: m.text,
  binary: m.binary,
  bytes: m.bytes,
});
/** `isBlind`: what would answer is not in the capture. */
const beatModel = (b: BeatFacts, isBlind: boolean): ConnectionModel["heartbeat"]["client"] => ({
  pings: b.pings,
  answered: b.answered,
  missing: isBlind ? 0 : b.missing,
  late: b.late,
  intervalMs: b.intervalMs,
  roundTripMs:
    b.roundTripMs === null
      ? null
      : { min: b.roundTripMs.min, median: b.roundTripMs.median, p95: b.roundTripMs.p95, max: b.roundTripMs.max },
});

function tcpModel(tcp: TcpFacts, time: TimeOf): ConnectionModel["tcp"] {
  const perSide = (of: (half: HalfFacts) => number): { client: number; server: number } => both(tcp.halves, of);
  return {
    opening: tcp.opening,
    ending: tcp.ending,
    firstCloser: tcp.firstCloser,
    resets: tcp.resets.map((reset) => ({
      packet: reset.packet,
      time: time(reset),
      from: reset.from,
      afterFin: reset.afterFin,
      likelyInjected: reset.likelyInjected,
      ignored: reset.ignored,
    })),
    retransmissions: perSide((half) => half.retransmissions),
    outOfOrder: perSide((half) => half.outOfOrder),
    missingBytes: perSide((half) => half.missingBytes),
    zeroWindows: perSide((half) => half.zeroWindows),
    roundTripMs: tcp.roundTripMs,
  };
}

const tlsModel = (tls: TlsFacts, redactor: Redactor): ConnectionModel["tls"] => ({
  version: tls.negotiatedVersion,
  cipherSuite: tls.cipherSuite,
  serverName: tls.serverName === null ? null : redactor.host(redactor.text(tls.serverName)),
  alpn: tls.applicationProtocol === null ? null : redactor.text(tls.applicationProtocol),
  decrypted: tls.decrypted,
  why: tls.whyNot,
});

export function connectionModel(
  facts: ConnectionFacts,
  rules: readonly string[],
  time: TimeOf,
  redactor: Redactor,
): ConnectionModel {
  const ws = facts.webSocket;
  const said = saidAtEnd(facts);
  const sees = (seen: ConnectionFacts["close"]["clientSees"]): ConnectionModel["close"]["clientSees"] =>
    seen === null ? null : { code: seen.code, reason: redactor.text(seen.reason), clean: seen.clean };
  const closeFrame = (frame: CloseFrameFacts | null): ConnectionModel["close"]["frames"]["client"] =>
    frame === null ? null : { code: frame.code, reason: redactor.text(frame.reason), packet: frame.packet };
  const address = (side: Side): ConnectionModel["client"] => ({
    address: redactor.address(facts[side].address),
    port: facts[side].port,
  });
  return {
    id: facts.id,
    client: address("client"),
    server: address("server"),
    firstPacket: facts.first.packet,
    lastPacket: facts.last.packet,
    startTime: time(facts.first),
    endTime: time(facts.last),
    kind: facts.kind,
    midstream: ws?.midstream ?? false,
    tcp: tcpModel(facts.tcp, time),
    tls: facts.tls === null ? null : tlsModel(facts.tls, redactor),
    upgrade: facts.upgrade === null ? null : upgradeModel(facts.upgrade, redactor),
    frames: both(ws?.frames ?? [NO_FRAMES, NO_FRAMES], framesModel),
    messages: both(ws?.messages ?? [NO_MESSAGES, NO_MESSAGES], messagesModel),
    heartbeat:
      ws === null
        ? { client: NO_BEAT, server: NO_BEAT }
        : both(ws.heartbeat, (beat) => beatModel(beat, isBlind(facts))),
    close: {
      verdict: facts.close.verdict,
      frames: both(ws?.closeFrames ?? [null, null], closeFrame),
      clientSees: sees(facts.close.clientSees),
      serverSees: sees(facts.close.serverSees),
      said: said === null ? null : { ...said, text: redactor.text(said.text) },
    },
    findings: [...rules],
  };
}

export function findingModel(
  finding: Finding,
  options: ModelOptions,
  time: TimeOf | null,
  redactor: Redactor,
): FindingModel {
  const words = options.words(withHostsHidden(finding, redactor), options.language);
  const timeOf = (mark: Mark): string => time?.(mark) ?? "";
  return {
    rule: finding.ruleId,
    severity: finding.severity,
    connection: finding.connectionId,
    alsoConnections: [...finding.alsoConnections],
    followsFrom: finding.followsFrom,
    time: time === null ? null : time(momentOf(finding)),
    confidence: finding.confidence,
    title: redactor.text(words.title),
    detail: redactor.text(words.detail),
    evidence: finding.evidence.map((item, index) => ({
      packet: item.packet,
      time: timeOf(item),
      what: redactor.text(words.evidence[index] ?? ""),
    })),
    causes: finding.causes.map((cause, index) => ({
      cause: redactor.text(words.causes[index]?.cause ?? ""),
      fix: redactor.text(words.causes[index]?.fix ?? ""),
      confidence: cause.confidence,
    })),
    wiresharkFilter: redactor.text(finding.wiresharkFilter),
  };
}

/** Whoever wants to see a packet opens the file that it is in. */
function withFiles(finding: FindingModel, { captures }: Analysis, { homes, redactor }: ModelOptions): FindingModel {
  if (homes == null) return finding;
  const evidence = finding.evidence.map((item) => {
    const home = homes.of(item.packet);
    if (home === null) return item;
    return { ...item, inFile: { file: redactor.text(captures[home.capture]?.name ?? ""), packet: home.packet } };
  });
  return { ...finding, evidence };
}

/** A host's name may be a word that cannot be told from others in a sentence. */
function withHostsHidden(finding: Finding, redactor: Redactor): Finding {
  if (!redactor.addresses) return finding;
  const hidden = (args: Finding["args"]): Finding["args"] =>
    Object.fromEntries(
      Object.entries(args).map(([name, value]) => [
        name,
        typeof value === "string" && redactor.knowsHost(value) ? redactor.host(value) : value,
      ]),
    );
  return {
    ...finding,
    args: hidden(finding.args),
    evidence: finding.evidence.map((item) => ({ ...item, args: hidden(item.args) })),
    causes: finding.causes.map((cause) => ({ ...cause, args: hidden(cause.args) })),
  };
}
