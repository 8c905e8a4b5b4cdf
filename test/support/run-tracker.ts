import type { Direction, PacketNumber, RelativeNs } from "../../src/base/brand.ts";
import type { PacketView } from "../../src/base/packet-view.ts";
import type { TcpConnection } from "../../src/tcp/connection.ts";
import { TcpTracker } from "../../src/tcp/tracker.ts";
import type { TcpSink } from "../../src/tcp/types.ts";
import { PacketDecoder } from "../../src/wire/packet-decoder.ts";

/** A packet on Ethernet at a moment. */
export interface Timed {
  readonly bytes: Uint8Array;
  readonly atMs: number;
  /** Of a packet that the capture cut; left out: `bytes` is all of it. */
  readonly originalLength?: number;
}

/** What the tracker said, one line a call, and the bytes of each connection and direction. */
export interface Told {
  readonly connections: readonly TcpConnection[];
  readonly lines: string[];
  /** Segments that found their connection steady. */
  readonly shortWays: number;
  text(connection: number, direction: Direction): string;
}

/** Runs packets through wire and tcp. `wholeWay`: no segment takes the short way of steady.ts. */
export function track(packets: readonly Timed[], finish = true, wholeWay = false): Told {
  const streams = new Map<string, Buffer[]>();
  const lines: string[] = [];
  const sink: TcpSink = {
    onOpen: ({ id }) => lines.push(`open ${id}`),
    isClient: (_connection, _bytes, _start, _end, source, destination) => destination <= source,
    onBytes: ({ id }, direction, bytes, start, end) => {
      const key = `${id} ${direction}`;
      streams.set(key, [...(streams.get(key) ?? []), Buffer.from(bytes.subarray(start, end))]);
    },
    onGap: ({ id }, direction, length, cause) => lines.push(`gap ${id} ${direction} ${length} ${cause}`),
    onEnd: ({ id }, direction, cause) => lines.push(`end ${id} ${direction} ${cause}`),
  };
  const tracker = new TcpTracker(sink, 1);
  let shortWays = 0;
  const nothing = (): void => undefined;
  const decoder = new PacketDecoder({
    onSegment: (segment, packet) => {
      // Whoever asks for the connections takes them off the short way.
      if (wholeWay) void tracker.connections;
      if ((tracker.connectionOf(segment)?.record ?? -1) >= 0) shortWays++;
      tracker.onSegment(segment, packet);
    },
    onIcmpError: (error, packet) => tracker.onIcmpError(error, packet),
    onDatagram: nothing,
    onArp: nothing,
    onOther: nothing,
    onMalformed: nothing,
  });
  const view: PacketView = {
    packetNumber: 0 as PacketNumber,
    timestampNs: 0.5 as RelativeNs,
    linkType: 1,
    bytes: new Uint8Array(0),
    start: 0,
    capturedLength: 0,
    originalLength: 0,
    captureIndex: 0,
    interfaceIndex: 0,
    recordOffset: 0,
    clockAheadNs: 0,
  };
  for (const { bytes, atMs, originalLength } of packets) {
    view.packetNumber = (view.packetNumber + 1) as PacketNumber;
    view.timestampNs = (atMs * 1e6) as RelativeNs;
    view.bytes = bytes;
    view.capturedLength = bytes.length;
    view.originalLength = originalLength ?? bytes.length;
    decoder.decode(view);
  }
  if (finish) tracker.finish(view);
  return {
    connections: tracker.connections,
    lines,
    shortWays,
    text: (connection, direction) => Buffer.concat(streams.get(`${connection} ${direction}`) ?? []).toString("latin1"),
  };
}
