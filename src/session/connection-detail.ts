import type { ConnectionId, Direction } from "../base/brand.ts";
import * as limits from "../base/limits.ts";
import type { PacketView } from "../base/packet-view.ts";
import type { PipelineOptions } from "../pipeline/pipeline.ts";
import { SelectedPipeline } from "../pipeline/selected-pipeline.ts";
import type { FrameTap } from "../pipeline/websocket/frame-tap.ts";
import type { ConnectionFacts, Endpoint } from "../store/types.ts";
import { BlobStore } from "./blob-store.ts";
import { DetailTable, HEAD, MARK, packLayers, packWindow, type RawRow } from "./detail-table.ts";
import { type ConnectionDetail, ROW } from "./detail-types.ts";
import { pairKey } from "./known-connections.ts";
import type { PacketSink } from "./pump.ts";

/**
 * Passes every packet of the capture again, numbered as before, to the sink that is made once the captures are open
 * (`vantageOf`: see `PipelineOptions`). Ends early when the signal is aborted.
 */
export type Replay = (
  makeSink: (vantageOf: (captureIndex: number) => number) => PacketSink,
  signal: AbortSignal,
) => Promise<void>;

export interface DetailRequest {
  /** All connections known, so that later ones on the same ports are told apart. */
  readonly connections: readonly ConnectionFacts[];
  readonly ids: readonly ConnectionId[];
  readonly ports: readonly number[];
  readonly keys?: PipelineOptions["keys"];
  readonly replay: Replay;
  readonly signal: AbortSignal;
}

type Segment = Parameters<SelectedPipeline["onSegment"]>[0];
type Connection = Parameters<ConstructorParameters<typeof SelectedPipeline>[2]["onFollowed"]>[0];
type Frame = Parameters<FrameTap["onFrame"]>[1];
type Message = Parameters<FrameTap["onMessage"]>[1];

const PREVIEW_BYTES = 96;
const FIRST_CONTROL_OPCODE = 8;

/** Reads the rows of connections, and later what memory did not keep of them. */
export class DetailReader {
  private readonly requests = new WeakMap<ConnectionDetail, DetailRequest>();

  /** The rows of some connections, read from the capture again. Rejects with the signal's reason when aborted. */
  async open(request: DetailRequest): Promise<ConnectionDetail> {
    const recorder = new Recorder(request);
    await run(request, recorder);
    recorder.finish();
    this.requests.set(recorder.table, request);
    return recorder.table;
  }

  /** One body or packet of them: afterwards the detail has it. */
  async readBlob(
    detail: ConnectionDetail,
    of: "body" | "packet",
    blob: number,
    replay: Replay,
    signal: AbortSignal,
  ): Promise<void> {
    const request = this.requests.get(detail);
    if (request === undefined || !(detail instanceof DetailTable)) return;
    const bytes = await readBlobAgain({ ...request, replay, signal }, of, blob);
    if (bytes !== null) (of === "body" ? detail.bodies : detail.packets).put(blob, bytes);
  }
}

/** Found by counting, as in the first reading. */
async function readBlobAgain(request: DetailRequest, of: "body" | "packet", blob: number): Promise<Uint8Array | null> {
  const found = new AbortController();
  const recorder = new Recorder(request, { of, blob, onFound: () => found.abort() });
  const signal = AbortSignal.any([request.signal, found.signal]);
  await run({ ...request, signal }, recorder).catch((error: unknown) => {
    if (!found.signal.aborted) throw error;
  });
  return recorder.wanted;
}

async function run(request: DetailRequest, recorder: Recorder): Promise<void> {
  let pipeline: SelectedPipeline | null = null;
  await request.replay((vantageOf) => {
    const { ports, keys = null } = request;
    const options = { ports, keys, tap: recorder, seed: 0, rethrow: false, vantageOf };
    pipeline = new SelectedPipeline(options, recorder.pairs, recorder);
    return pipeline;
  }, request.signal);
  request.signal.throwIfAborted();
  (pipeline as SelectedPipeline | null)?.finish();
}

interface Wanted {
  readonly of: "body" | "packet";
  readonly blob: number;
  readonly onFound: () => void;
}

/** What was counted of one half before a segment: the difference says what the segment was. */
interface Counted {
  retransmissions: number;
  duplicatePackets: number;
  outOfOrder: number;
  keepAlives: number;
}

class Recorder implements FrameTap {
  readonly keptMessageBytes = limits.shownMessageBytes;
  readonly table: DetailTable;
  readonly pairs: readonly (readonly [Endpoint, Endpoint])[];
  wanted: Uint8Array | null = null;
  /** Connections on the chosen ports in the order in which the pipeline meets them. */
  private readonly met: readonly ConnectionFacts[];
  /** The leg of each that is met again, or -1; null: no packet yet. */
  private legOf: readonly number[] | null = null;
  private readonly chosen: readonly ConnectionFacts[];
  private readonly want: Wanted | null;
  private readonly counted = new Map<Connection, [Counted, Counted]>();
  private packetRow = -1;
  private frameRow = -1;
  private frameBlob = 0;
  private packetBlob = 0;
  private readonly row: RawRow = {
    kind: ROW.packet,
    leg: 0,
    direction: 0,
    packet: 0,
    timeNs: 0.5,
    bits: 0,
    length: 0.5,
    first: 0.5,
    second: 0.5,
    third: 0.5,
    blob: -1,
  };

  constructor({ connections, ids }: DetailRequest, want: Wanted | null = null) {
    this.want = want;
    this.chosen = ids.flatMap((id) => connections.find((connection) => connection.id === id) ?? []);
    const keys = new Set(this.chosen.map(pairKey));
    this.met = connections.filter((connection) => keys.has(pairKey(connection)));
    this.pairs = this.chosen.map(({ client, server }) => [client, server] as const);
    const keep = want === null;
    this.table = new DetailTable(
      this.chosen,
      new BlobStore(keep ? limits.detailBodyBytes : 0, keep ? PREVIEW_BYTES : 0),
      new BlobStore(keep ? limits.detailPacketBytes : 0, 0),
    );
  }

  onSegment(segment: Segment, packet: PacketView): void {
    this.legOf ??= this.legsFrom(packet.packetNumber);
    const { start, capturedLength, bytes } = packet;
    const whole = segment.bytes === bytes;
    const ipStart = segment.sourceAddressStart - (segment.ipVersion === 4 ? 12 : 8) - start;
    const { row } = this;
    row.kind = ROW.packet;
    row.packet = packet.packetNumber;
    row.timeNs = packet.timestampNs;
    row.bits = (segment.flags & 0xff) | packWindow(segment.window);
    row.length = segment.payloadLength + segment.payloadCutLength;
    row.first = segment.sequenceNumber >>> 0;
    row.second = segment.acknowledgmentNumber >>> 0;
    row.third = whole ? packLayers(ipStart, segment.optionsStart - 20 - start, segment.payloadStart - start) : -1;
    // Which connection it belongs to is known only afterwards.
    row.leg = 0;
    row.direction = this.directionOf(segment);
    row.blob = this.keep("packet", bytes, start, start + capturedLength);
    this.packetRow = this.table.add(row);
  }

  onFollowed(connection: Connection): void {
    if (this.packetRow < 0) return;
    this.table.setLeg(this.packetRow, this.legOf?.[connection.id] ?? -1);
    let before = this.counted.get(connection);
    if (before === undefined) {
      before = [nothing(), nothing()];
      this.counted.set(connection, before);
    }
    let bits = 0;
    for (const index of [0, 1] as const) {
      const [half, known] = [connection.halves[index], before[index]];
      if (half.retransmissions > known.retransmissions) bits |= MARK.retransmission;
      if (half.duplicatePackets > known.duplicatePackets) bits |= MARK.duplicate;
      if (half.outOfOrder > known.outOfOrder) bits |= MARK.outOfOrder;
      if (half.keepAlives > known.keepAlives) bits |= MARK.keepAlive;
      known.retransmissions = half.retransmissions;
      known.duplicatePackets = half.duplicatePackets;
      known.outOfOrder = half.outOfOrder;
      known.keepAlives = half.keepAlives;
    }
    if (bits !== 0) this.table.addBits(this.packetRow, bits);
  }

  onFrame(id: number, frame: Frame): void {
    const leg = this.legOf?.[id] ?? -1;
    this.frameRow = -1;
    if (leg < 0) return;
    const { row } = this;
    row.kind = ROW.frame;
    row.leg = leg;
    row.direction = frame.direction;
    row.packet = frame.lastPacketNumber;
    row.timeNs = frame.lastTimestampNs;
    row.bits =
      frame.opcode |
      (frame.fin ? HEAD.fin : 0) |
      (frame.masked ? HEAD.masked : 0) |
      (frame.compressed ? HEAD.compressed : 0) |
      (frame.resynchronised ? HEAD.resynchronised : 0) |
      (frame.rsv << HEAD.rsvShift);
    row.length = frame.length;
    row.first = frame.streamOffset;
    row.second = frame.firstPacketNumber;
    row.third = frame.maskingKey >>> 0;
    row.blob = -1;
    this.frameRow = this.table.add(row);
    if (frame.opcode < FIRST_CONTROL_OPCODE) return;
    const blob = this.keep("body", frame.payload, 0, frame.payloadLength);
    if (this.frameRow < 0) return;
    const { opcode, length } = frame;
    this.table.setBody(this.frameRow, { blob, opcode, frames: 1, wireLength: length, length, problem: null });
  }

  onMessage(id: number, message: Message): void {
    if ((this.legOf?.[id] ?? -1) < 0) return;
    const { opcode, frames, wireLength, length, problem, keptLength } = message;
    const blob = this.keep("body", message.bytes, 0, keptLength);
    if (this.frameRow >= 0) this.table.setBody(this.frameRow, { blob, opcode, frames, wireLength, length, problem });
  }

  finish(): void {
    for (const [leg, facts] of this.chosen.entries()) this.addFacts(leg, facts);
    this.table.sort();
  }

  /** HTTP heads and ICMP errors are known from the facts. */
  private addFacts(leg: number, facts: ConnectionFacts): void {
    const { row, table } = this;
    row.leg = leg;
    row.bits = 0;
    row.length = 0;
    row.blob = -1;
    const add = (kind: RawRow["kind"], direction: Direction, packet: number, timeNs: number, index: number): void => {
      row.kind = kind;
      row.direction = direction;
      row.packet = packet;
      row.timeNs = timeNs;
      row.first = index;
      table.add(row);
    };
    for (const [index, { request, response }] of facts.exchanges.entries()) {
      if (request !== null) add(ROW.request, 0, request.last.packet, request.last.timestampNs, index);
      if (response !== null) add(ROW.response, 1, response.last.packet, response.last.timestampNs, index);
    }
    for (const [index, error] of facts.tcp.icmpErrors.entries()) {
      add(ROW.icmp, error.about === "client" ? 1 : 0, error.packet, error.timestampNs, index);
    }
  }

  /** Connections whose packets have all made room for newer ones are not met again, and not counted. */
  private legsFrom(firstPacket: number): readonly number[] {
    return this.met.filter(({ last }) => last.packet >= firstPacket).map((facts) => this.chosen.indexOf(facts));
  }

  private directionOf(segment: Segment): Direction {
    for (const { client, server } of this.chosen) {
      if (segment.sourcePort === client.port && segment.destinationPort === server.port) return 0;
      if (segment.sourcePort === server.port && segment.destinationPort === client.port) return 1;
    }
    return 0;
  }

  private keep(of: "body" | "packet", bytes: Uint8Array, start: number, end: number): number {
    const { want } = this;
    if (want === null) return (of === "body" ? this.table.bodies : this.table.packets).add(bytes, start, end);
    const blob = of === "body" ? this.frameBlob++ : this.packetBlob++;
    if (want.of === of && want.blob === blob && this.wanted === null) {
      this.wanted = bytes.slice(start, end);
      want.onFound();
    }
    return blob;
  }
}

const nothing = (): Counted => ({ retransmissions: 0, duplicatePackets: 0, outOfOrder: 0, keepAlives: 0 });
