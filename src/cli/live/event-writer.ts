import { type RelativeNs, relativeNs } from "../../base/brand.ts";
import { capturedTime, loneMoment } from "../../base/captured-time.ts";
import { formatTime } from "../../base/time.ts";
import type { CaptureOrigin } from "../../pcap/types.ts";
import type { FrameTap } from "../../pipeline/websocket/frame-tap.ts";
import { type FrameWriter, ndjsonWriter } from "../../report/frame-writer.ts";
import { connectionModel, findingModel, type ModelOptions, type TimeOf } from "../../report/model/model.ts";
import type { ReportModel } from "../../report/model/schema.ts";
import type { Redactor } from "../../report/redact.ts";
import { safeJson } from "../../report/safe-json.ts";
import type { Finding, RuleId } from "../../rules/types.ts";
import type { LiveEvents, LiveStatistics } from "../../session/types.ts";
import type { KeptFile } from "../../source/live/spool.ts";
import type { ConnectionFacts } from "../../store/types.ts";
import type { BatchWriter } from "../output/batch-writer.ts";
import { FramePrinter } from "../output/frame-printer.ts";
import { systemClock } from "./clock.ts";

/** Where a packet is kept, of several files; null: its file had to make room. */
export type FindPacket = (packet: number) => { file: string; packet: number } | null;

/** CONTRACT `live --format ndjson`: one event a line. */
export class EventWriter implements LiveEvents {
  readonly tap: FrameTap;
  private readonly place: FindPacket | null;
  private readonly frames: FramePrinter;
  private readonly out: BatchWriter;
  private readonly origin: CaptureOrigin;
  private readonly options: ModelOptions;
  private readonly redactor: Redactor;

  constructor(
    out: BatchWriter,
    origin: CaptureOrigin,
    options: ModelOptions,
    redactor: Redactor,
    place: FindPacket | null,
  ) {
    this.place = place;
    this.out = out;
    this.origin = origin;
    this.options = options;
    this.redactor = redactor;
    this.frames = new FramePrinter(asEvent(ndjsonWriter(redactor)), out, origin);
    this.tap = this.frames;
  }

  onOpened(connection: ConnectionFacts): void {
    const { id, client, server, first } = connection;
    this.write("connection-opened", first.timestampNs, { connection: id, client, server, packet: first.packet });
  }

  onUpgrade(connection: ConnectionFacts): void {
    const { id, upgrade } = this.model(connection);
    const exchange = connection.upgrade?.exchange;
    const at = (exchange?.response ?? exchange?.request)?.last.timestampNs ?? connection.last.timestampNs;
    this.write("upgrade", at, { connection: id, upgrade });
  }

  onClosed(connection: ConnectionFacts, rules: readonly RuleId[]): void {
    const at = connection.tcp.closedAt?.timestampNs ?? connection.last.timestampNs;
    this.write("connection-closed", at, { connection: connection.id, ...this.model(connection, rules) });
  }

  onFinding(finding: Finding, withdrawn: boolean): void {
    const model = findingModel(finding, this.options, this.timeOf, this.redactor);
    const { place } = this;
    const evidence =
      place === null ? model.evidence : model.evidence.map((row) => ({ ...row, kept: place(row.packet) }));
    this.write("finding", finding.timestampNs, { ...model, evidence, withdrawn });
  }

  onStatistics(statistics: LiveStatistics, at: RelativeNs): void {
    this.write("statistics", at, { ...statistics });
  }

  /** The last event; `files` is what was kept. */
  onEnd(report: ReportModel, at: RelativeNs, kept: readonly KeptFile[], endedBy: string): void {
    const { captures, totals } = report;
    const files = kept.map(({ path }) => path);
    const keptPackets = kept.flatMap(({ path, packets }) => packets.runs.map((run) => ({ file: path, ...run })));
    this.write("capture-ended", at, { endedBy, captures, totals, files, keptPackets });
  }

  flush(): void {
    this.frames.finish();
    this.out.flush();
  }

  /** Before the first packet there is only the present. */
  private readonly time = (at: RelativeNs): string =>
    this.origin.ns === null
      ? formatTime(systemClock.nowNs(), relativeNs(0))
      : capturedTime(this.origin.ns, [this.origin], loneMoment(at));

  private readonly timeOf: TimeOf = ({ timestampNs }) => this.time(relativeNs(timestampNs));

  private model(connection: ConnectionFacts, rules: readonly RuleId[] = []): ReturnType<typeof connectionModel> {
    return connectionModel(connection, rules, this.timeOf, this.redactor);
  }

  private write(event: string, at: RelativeNs, fields: Readonly<Record<string, unknown>>): void {
    this.frames.finish();
    this.out.add(`${safeJson({ event, time: this.time(at), ...fields })}\n`);
  }
}

const asEvent = (writer: FrameWriter): FrameWriter => ({
  head: "",
  opened: (request) => writer.opened(request),
  line: (row, originNs) => `{"event":"frame",${writer.line(row, originNs).slice(1)}`,
});
