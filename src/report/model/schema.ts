import { z } from "zod";

/**
 * The shapes that scripts depend on, in one place: `wscap schema` prints them and `report/model.ts` is typed by them.
 * Adding a field is free; renaming or removing one needs a new `schema` number. Only types are imported at run time's
 * usual path, so zod is loaded by `wscap schema` and tests alone.
 */
const count = z.int().min(0);
const packet = z.int().min(1).meta({ description: "1-based, Wireshark's frame.number for a single file" });
const connectionId = z.int().min(0);
const ms = z.number();
const time = z
  .string()
  .regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z$/)
  .meta({ description: "RFC 3339, UTC, nine fractional digits" });
const side = z.enum(["client", "server"]);
const severity = z.enum(["error", "warning", "note"]);
const confidence = z.enum(["certain", "likely", "possible"]);
const endpoint = z.strictObject({ address: z.string(), port: z.int().min(0).max(65535) });
const bothSides = <T extends z.ZodType>(of: T) => z.strictObject({ client: of, server: of });

const capture = z.strictObject({
  name: z.string(),
  format: z.enum(["pcap", "pcapng"]),
  compression: z.enum(["none", "gzip", "zstd"]),
  linkTypes: z.array(z.string()),
  packets: count,
  bytes: count,
  firstPacketTime: time.nullable(),
  lastPacketTime: time.nullable(),
  truncatedPackets: count,
  malformed: count,
  dropped: count
    .nullable()
    .meta({ description: "packets that the capturing side lost; null: the capture does not say" }),
  endedEarly: z.string().nullable().meta({ description: "why reading stopped before the end, a stable word" }),
  endedEarlyOffset: count.nullable().meta({ description: "byte of the uncompressed capture where it stopped" }),
});

const tcp = z.strictObject({
  opening: z.enum(["complete", "refused", "unanswered", "not-captured"]),
  ending: z.enum(["fin", "rst", "icmp", "silent", "open"]),
  firstCloser: side.nullable(),
  resets: z.array(
    z.strictObject({
      packet,
      time,
      from: side,
      afterFin: z.boolean(),
      likelyInjected: z.boolean(),
      ignored: z.boolean().meta({ description: "its receiver took no notice of it (RFC 5961 §3)" }),
    }),
  ),
  retransmissions: bothSides(count),
  outOfOrder: bothSides(count),
  missingBytes: bothSides(count),
  zeroWindows: bothSides(count),
  roundTripMs: ms.nullable(),
});

const upgrade = z.strictObject({
  requestPacket: packet.nullable(),
  responsePacket: packet.nullable(),
  method: z.string().nullable(),
  target: z.string().nullable(),
  httpVersion: z.string().nullable(),
  host: z.string().nullable(),
  origin: z.string().nullable(),
  userAgent: z.string().nullable(),
  key: z.string().nullable(),
  version: z.string().nullable(),
  protocolsOffered: z.array(z.string()),
  extensionsOffered: z.string().nullable(),
  status: z.int().nullable(),
  reason: z.string().nullable(),
  acceptValid: z.boolean().nullable(),
  protocol: z.string().nullable(),
  extensions: z.string().nullable(),
  responseContentType: z.string().nullable(),
  durationMs: ms.nullable(),
});

const tls = z.strictObject({
  version: z.string().nullable(),
  cipherSuite: z.string().nullable(),
  serverName: z.string().nullable(),
  alpn: z.string().nullable().meta({ description: "the protocol chosen, where it can be read" }),
  decrypted: z.boolean(),
  why: z
    .enum(["no-keys", "no-secret", "not-captured", "version", "cipher-suite", "secret-does-not-fit"])
    .nullable()
    .meta({ description: "why it was not decrypted; null: it was, or its secrets are waited for" }),
});

const frameCounts = z.strictObject({
  text: count,
  binary: count,
  continuation: count,
  close: count,
  ping: count,
  pong: count,
  reserved: count,
  payloadBytes: count,
});
const messageCounts = z.strictObject({
  text: count,
  binary: count,
  bytes: count.meta({ description: "after inflation" }),
});
const beat = z.strictObject({
  pings: count,
  answered: count,
  missing: count,
  late: count,
  intervalMs: ms.nullable(),
  roundTripMs: z.strictObject({ min: ms, median: ms, p95: ms, max: ms }).nullable(),
});
const closeFrame = z.strictObject({ code: z.int().nullable(), reason: z.string(), packet });
const seenClose = z.strictObject({ code: z.int(), reason: z.string(), clean: z.boolean() });

const connection = z.strictObject({
  id: connectionId,
  client: endpoint,
  server: endpoint,
  firstPacket: packet,
  lastPacket: packet,
  startTime: time,
  endTime: time,
  kind: z.enum([
    "websocket",
    "upgrade-refused",
    "upgrade-unanswered",
    "http",
    "tls",
    "tcp-refused",
    "tcp-unanswered",
    "tcp",
  ]),
  midstream: z.boolean().meta({ description: "a WebSocket whose handshake is not in the capture" }),
  tcp,
  tls: tls.nullable().meta({ description: "null: not TLS" }),
  upgrade: upgrade.nullable(),
  frames: bothSides(frameCounts),
  messages: bothSides(messageCounts),
  heartbeat: bothSides(beat).meta({ description: "by who SENT the pings" }),
  close: z.strictObject({
    verdict: z.enum(["clean", "abnormal", "refused", "open", "none"]),
    frames: bothSides(closeFrame.nullable()),
    clientSees: seenClose.nullable().meta({ description: "what onclose says there; null: open, or not to be known" }),
    serverSees: seenClose.nullable(),
    said: z.strictObject({ protocol: z.string(), from: side, text: z.string() }).nullable().meta({
      description: "how a protocol inside (SockJS, MQTT, STOMP, Socket.IO …) ended its session right before the end",
    }),
  }),
  findings: z.array(z.string()).meta({ description: "rule ids" }),
});

const evidence = z.strictObject({
  packet,
  time,
  what: z.string(),
  inFile: z
    .strictObject({ file: z.string(), packet })
    .optional()
    .meta({ description: "of several captures: the one that holds the packet, and its number in there" }),
});

const finding = z.strictObject({
  rule: z.string(),
  severity,
  connection: connectionId.nullable(),
  alsoConnections: z.array(connectionId).meta({ description: "others that failed alike, folded into this one" }),
  followsFrom: z.string().nullable().meta({ description: "rule of the finding that this is a consequence of" }),
  time: time.nullable().meta({ description: "null: the capture holds no packet" }),
  confidence,
  title: z.string(),
  detail: z.string(),
  evidence: z.array(evidence),
  causes: z.array(z.strictObject({ cause: z.string(), fix: z.string(), confidence })),
  wiresharkFilter: z.string(),
});

const annotation = z.strictObject({
  id: z.string(),
  kind: z.enum(["capture", "connection", "packet", "frame"]),
  packet: packet.nullable(),
  time: z.string().nullable(),
  frame: count.nullable().meta({ description: "0-based among the frames that end in the packet" }),
  connection: connectionId.nullable(),
  text: z.string(),
  author: z.string(),
  tag: z.enum(["none", "red", "yellow", "green", "blue"]),
  createdAt: z.string(),
  source: z.enum(["sidecar", "capture"]).meta({ description: "capture: a comment in the pcapng file" }),
  stranded: z.boolean().meta({ description: "what it was about is not in this capture" }),
});

const changedField = z.strictObject({ name: z.string(), before: z.string().nullable(), behind: z.string().nullable() });

const join = z.strictObject({
  kind: z.enum(["two-captures", "proxied"]).meta({
    description: "one TCP connection captured at both its ends, or the two legs of a proxy",
  }),
  by: z.enum(["initial-sequence-numbers", "sequence-numbers", "key", "request", "timing"]),
  nearClient: connectionId,
  nearServer: connectionId,
  clockOffsetMs: ms.nullable().meta({ description: "how far the clock at the server's end is ahead of the client's" }),
  clockErrorMs: ms.nullable(),
  foreignResets: z
    .array(z.strictObject({ connection: connectionId, packet, from: side }))
    .meta({ description: "RSTs that one end got and the other never sent" }),
  lostBytes: bothSides(count).meta({ description: "left one end and never came to the other, by who sent them" }),
  changedRequest: z.array(changedField).meta({ description: "by the proxy; null behind: dropped" }),
  changedResponse: z.array(changedField),
});

const totals = z.strictObject({
  packets: count,
  connections: count,
  webSockets: count,
  upgradesRefused: count,
  frames: count,
  messages: count,
  findings: z.strictObject({ error: count, warning: count, note: count }),
  notDecoded: z.record(z.string(), count).meta({ description: "packets that hold nothing for TCP, by reason" }),
});

export const reportSchema = z.strictObject({
  schema: z.literal("wscap-report/1"),
  tool: z.strictObject({ name: z.literal("wscap"), version: z.string() }),
  language: z.enum(["en", "zh-CN"]).meta({ description: "of title, detail, what, cause and fix" }),
  redaction: z.strictObject({
    applied: z.boolean(),
    hidden: count.meta({ description: "different secrets, each shown as [redacted:N]" }),
  }),
  captures: z.array(capture),
  totals,
  connections: z.array(connection),
  joins: z.array(join).meta({ description: "which connections carry one WebSocket" }),
  findings: z.array(finding),
  annotations: z.array(annotation),
});

export const frameSchema = z.strictObject({
  connection: connectionId,
  packet: packet.meta({ description: "holds the frame's first byte" }),
  lastPacket: packet.meta({ description: "holds its last" }),
  time,
  from: side,
  opcode: z.string().regex(/^(text|binary|continuation|close|ping|pong|reserved-([3-7]|1[1-5]))$/),
  fin: z.boolean(),
  rsv: z.int().min(0).max(7),
  masked: z.boolean(),
  length: count.meta({ description: "payload bytes on the wire" }),
  compressed: z.boolean(),
  closeCode: z.int().nullable(),
  closeReason: z.string().nullable(),
  text: z.string().nullable().meta({ description: "of a whole text message, inflated, on its last frame" }),
});

const keptPlace = z
  .strictObject({ file: z.string(), packet })
  .nullable()
  .meta({ description: "with --ring or --rotate: where the packet is now; null: its file had to make room" });

const event = <Name extends string, Shape extends z.ZodRawShape>(name: Name, shape: Shape) =>
  z.strictObject({ event: z.literal(name), time, ...shape });

/** A line of `live --format ndjson`. */
export const eventSchema = z.discriminatedUnion("event", [
  event("connection-opened", { connection: connectionId, client: endpoint, server: endpoint, packet }),
  event("upgrade", { connection: connectionId, upgrade }),
  event("frame", frameSchema.shape),
  event("finding", {
    ...finding.shape,
    evidence: z.array(evidence.extend({ kept: keptPlace.optional() })),
    withdrawn: z.boolean().meta({ description: "it was told before, and has turned out not to be so" }),
  }),
  event("connection-closed", { connection: connectionId, ...connection.shape }),
  event("statistics", {
    packets: count,
    connections: count,
    active: count.meta({ description: "connections that have not ended" }),
    frames: count,
    dropped: count.nullable(),
    malformed: count,
    forgotten: count.meta({ description: "ended connections whose facts had to make room" }),
  }),
  event("capture-ended", {
    endedBy: z.string().meta({ description: "interrupt, duration, count, or the id of what went wrong" }),
    captures: z.array(capture),
    totals,
    files: z.array(z.string()),
    keptPackets: z
      .array(z.strictObject({ file: z.string(), first: packet, firstInFile: packet, count }))
      .meta({ description: "which packets the files hold: numbers in the capture, and in the file" }),
  }),
]);

export type ReportModel = z.infer<typeof reportSchema>;
export type ConnectionModel = z.infer<typeof connection>;
export type AnnotationModel = z.infer<typeof annotation>;
export type JoinModel = z.infer<typeof join>;
export type FindingModel = z.infer<typeof finding>;

/** JSON Schema, draft 2020-12. */
export const jsonSchemaOf = (schema: z.ZodType): unknown => z.toJSONSchema(schema, { target: "draft-2020-12" });
