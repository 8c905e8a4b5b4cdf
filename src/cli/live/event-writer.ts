import { type RelativeNs, relativeNs } from "../../base/brand.ts";
import { formatTime } from "../../base/time.ts";
import type { CaptureOrigin } from "../../pcap/types.ts";
import type { FrameTap } from "../../pipeline/websocket-stream.ts";
import { type FrameWriter, ndjsonWriter } from "../../report/frame-writer.ts";
import { connectionModel, findingModel, type ModelOptions } from "../../report/model.ts";
import type { Redactor } from "../../report/redact.ts";
import { safeJson } from "../../report/safe-json.ts";
import type { ReportModel } from "../../report/schema.ts";
import type { Finding } from "../../rules/types.ts";
import type { LiveEvents, LiveStatistics } from "../../session/types.ts";
import type { ConnectionFacts } from "../../store/types.ts";
import type { BatchWriter } from "../batch-writer.ts";
import { FramePrinter } from "../frame-printer.ts";
import { systemClock } from "./clock.ts";

/** CONTRACT `live --format ndjson`: one event a line. */
export class EventWriter implements LiveEvents {
  readonly tap: FrameTap;
  private readonly frames: FramePrinter;
  private readonly out: BatchWriter;
  private readonly origin: CaptureOrigin;
  private readonly options: ModelOptions;
  private readonly redactor: Redactor;

  constructor(out: BatchWriter, origin: CaptureOrigin, options: ModelOptions, redactor: Redactor) {
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

  onClosed(connection: ConnectionFacts): void {
    const at = connection.tcp.closedAt?.timestampNs ?? connection.last.timestampNs;
    this.write("connection-closed", at, { connection: connection.id, ...this.model(connection) });
  }

  onFinding(finding: Finding, withdrawn: boolean): void {
    const model = findingModel(finding, this.options, this.time, this.redactor);
    this.write("finding", finding.timestampNs, { ...model, withdrawn });
  }

  onStatistics(statistics: LiveStatistics, at: RelativeNs): void {
    this.write("statistics", at, { ...statistics });
  }

  /** The last event; `files` is what was kept. */
  onEnd(report: ReportModel, at: RelativeNs, files: readonly string[], endedBy: string): void {
    const { captures, totals } = report;
    this.write("capture-ended", at, { endedBy, captures, totals, files });
  }

  flush(): void {
    this.frames.finish();
    this.out.flush();
  }

  /** Before the first packet there is only the present. */
  private readonly time = (at: RelativeNs): string =>
    this.origin.ns === null ? formatTime(systemClock.nowNs(), relativeNs(0)) : formatTime(this.origin.ns, at);

  private model(connection: ConnectionFacts): ReturnType<typeof connectionModel> {
    return connectionModel(connection, [], this.time, this.redactor);
  }

  private write(event: string, at: RelativeNs, fields: Readonly<Record<string, unknown>>): void {
    this.frames.finish();
    this.out.add(`${safeJson({ event, time: this.time(at), ...fields })}\n`);
  }
}

const asEvent = (writer: FrameWriter): FrameWriter => ({
  head: "",
  line: (row, originNs) => `{"event":"frame",${writer.line(row, originNs).slice(1)}`,
});
