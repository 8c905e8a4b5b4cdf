import type { CaptureFault } from "../../base/capture-fault.ts";
import type { ByteSource } from "../types.ts";
import type { OutputPipe } from "./output-pipe.ts";
import type { Spool } from "./spool.ts";
import type { BackendCounters, CaptureSource } from "./types.ts";

/** Turns what a backend writes into whole blocks of the format that is kept; `PcapngRecorder` of pcap/. */
export interface Recorder {
  readonly header: Uint8Array | null;
  readonly packets: number;
  readonly lastPacketNs: bigint;
  readonly broken: boolean;
  push(chunk: Uint8Array): Uint8Array;
  statistics(nowNs: bigint, counters: BackendCounters): Uint8Array;
}

/** The capture as it is kept: each chunk is on disk before it is handed out, byte for byte the same. */
export class KeptSource implements ByteSource {
  readonly label: string;
  readonly live = true;
  readonly compression = "none" as const;
  readonly sizeBytes = null;
  private readonly source: CaptureSource;
  private readonly recorder: Recorder;
  private readonly spool: Spool;
  private readonly now: () => bigint;
  private readonly pipe: OutputPipe | null;
  private told: BackendCounters | null = null;

  /** `pipe`: gets everything too. */
  constructor(
    source: CaptureSource,
    recorder: Recorder,
    spool: Spool,
    now: () => bigint,
    pipe: OutputPipe | null = null,
  ) {
    this.label = source.label;
    this.source = source;
    this.recorder = recorder;
    this.spool = spool;
    this.now = now;
    this.pipe = pipe;
  }

  get endedEarly(): CaptureFault | null {
    const { failure } = this.source;
    if (failure === null) return null;
    return failure.messageId === "capture.interface-gone" ? "interface-gone" : "capture-stopped";
  }

  get readBytes(): number {
    return this.source.readBytes;
  }

  async *chunks(signal?: AbortSignal): AsyncGenerator<Uint8Array> {
    const { source, recorder, spool } = this;
    let begun = false;
    for await (const chunk of source.chunks(signal)) {
      const before = recorder.packets;
      const blocks = recorder.push(chunk);
      let records = blocks;
      if (!begun && recorder.header !== null) {
        spool.open(recorder.header, this.now());
        records = blocks.subarray(recorder.header.length);
        begun = true;
      }
      spool.write(records, this.timeOf(recorder), before + 1, recorder.packets - before);
      this.pipe?.write(blocks);
      if (blocks.length > 0) yield blocks;
      if (source.counters !== this.told) yield* this.tellCounters();
      if (recorder.broken) break;
    }
    if (begun) yield* this.tellCounters();
  }

  private *tellCounters(): Generator<Uint8Array> {
    this.told = this.source.counters;
    const now = this.now();
    const block = this.recorder.statistics(now, this.told);
    this.spool.write(block, now);
    this.pipe?.write(block);
    if (block.length > 0) yield block;
  }

  /** Files are cut by the packets' own clock, so that a late reader cuts them alike. */
  private timeOf(recorder: Recorder): bigint {
    return recorder.lastPacketNs === 0n ? this.now() : recorder.lastPacketNs;
  }
}
