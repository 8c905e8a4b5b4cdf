import type { RelativeNs } from "../../base/brand.ts";
import { capturedNs, capturedTime, loneMoment } from "../../base/captured-time.ts";
import { truncateToWidth } from "../../base/display-width.ts";
import { escapeText } from "../../base/escape-text.ts";
import * as limits from "../../base/limits.ts";
import { endedText } from "../../i18n/chrome/ended-text.ts";
import type { LiveWords } from "../../i18n/live/words.ts";
import type { CaptureOrigin } from "../../pcap/types.ts";
import { endingOf } from "../../report/model/ending-of.ts";
import { connectionModel, type ModelOptions, type TimeOf } from "../../report/model/model.ts";
import type { Redactor } from "../../report/redact.ts";
import type { Paint } from "../../report/text/paint.ts";
import type { Finding, RuleId } from "../../rules/types.ts";
import type { LiveEvents, LiveStatistics } from "../../session/types.ts";
import type { ConnectionFacts } from "../../store/types.ts";
import type { Surroundings } from "../surroundings.ts";

const SIGNS = { error: "✗", warning: "!", note: "·" } as const;

/** A calm view for a terminal: a line for what matters, and below them one that counts. */
export class RunningText implements LiveEvents {
  private readonly surroundings: Surroundings;
  private readonly words: LiveWords;
  private readonly origin: CaptureOrigin;
  private readonly options: ModelOptions;
  private readonly redactor: Redactor;
  private readonly paint: Paint;
  /** What was printed, so that it can be taken back. */
  private readonly printed = new Set<string>();
  private lines: string[] = [];
  private status = "";

  constructor(
    surroundings: Surroundings,
    words: LiveWords,
    origin: CaptureOrigin,
    options: ModelOptions,
    redactor: Redactor,
    paint: Paint,
  ) {
    this.surroundings = surroundings;
    this.words = words;
    this.origin = origin;
    this.options = options;
    this.redactor = redactor;
    this.paint = paint;
  }

  onOpened(connection: ConnectionFacts): void {
    const { client, server, first, tcp } = connection;
    const peers = `${client.address}:${client.port} → ${server.address}:${server.port}`;
    // Told at its first packet, which is a SYN where its opening is seen.
    const word = tcp.established === null && tcp.syns.length > 0 ? this.words.connecting : this.words.connected;
    this.say(first.timestampNs, `#${connection.id}`, this.paint.dim(`${peers}  ${word}`));
  }

  onUpgrade(connection: ConnectionFacts): void {
    // What was refused is told by its finding.
    if (connection.webSocket === null) return;
    const { upgrade } = this.model(connection);
    const target = escapeText(upgrade?.target ?? "");
    this.say(connection.webSocket.openedAt.timestampNs, `#${connection.id}`, this.words.open(target));
  }

  onClosed(connection: ConnectionFacts, rules: readonly RuleId[]): void {
    const at = connection.tcp.closedAt?.timestampNs ?? connection.last.timestampNs;
    this.say(at, `#${connection.id}`, endedText(this.surroundings.chrome, endingOf(this.model(connection, rules))));
  }

  onFinding(finding: Finding, withdrawn: boolean): void {
    const { title } = this.options.words(finding, this.options.language);
    const { severity, connectionId, ruleId } = finding;
    const key = `${ruleId} ${connectionId}`;
    if (withdrawn ? !this.printed.delete(key) : severity === "note") return;
    if (!withdrawn) this.remember(key);
    const colour =
      severity === "error" ? this.paint.error : severity === "warning" ? this.paint.warning : this.paint.dim;
    const id = connectionId === null ? " " : `#${connectionId}`;
    const text = this.redactor.text(withdrawn ? this.words.withdrawn(title) : title);
    this.say(finding.timestampNs, id, colour(`${withdrawn ? "·" : SIGNS[severity]} ${text} [${ruleId}]`));
  }

  onStatistics(): void {}

  /** The line that counts. */
  showStatus({ packets, connections, frames, dropped }: LiveStatistics): void {
    const { stdout } = this.surroundings;
    if (!stdout.isTTY) return;
    const status = truncateToWidth(this.words.status(packets, connections, frames, dropped), stdout.columns - 1);
    if (status === this.status && this.lines.length === 0) return;
    this.status = status;
    this.flush();
    stdout.write(`\r\u001b[K${this.paint.dim(status)}`);
  }

  flush(): void {
    if (this.lines.length === 0) return;
    const { stdout } = this.surroundings;
    const erase = stdout.isTTY ? "\r\u001b[K" : "";
    const status = stdout.isTTY ? this.paint.dim(this.status) : "";
    stdout.write(`${erase}${this.lines.join("")}${status}`);
    this.lines = [];
  }

  /** The status line goes. */
  end(): void {
    this.flush();
    if (this.surroundings.stdout.isTTY) this.surroundings.stdout.write("\r\u001b[K");
  }

  /** Of the oldest ones the session has forgotten, too: they are not taken back any more. */
  private remember(key: string): void {
    this.printed.add(key);
    for (const oldest of this.printed) {
      if (this.printed.size <= limits.keptFindings) return;
      this.printed.delete(oldest);
    }
  }

  private say(at: RelativeNs, id: string, text: string): void {
    this.lines.push(`${this.timeOfDay(at)} ${id.padStart(5)}  ${text}\n`);
  }

  /** Of this machine's clock and zone, since people compare it with logs. */
  private timeOfDay(at: RelativeNs): string {
    const ms =
      Number((this.origin.ns ?? 0n) / 1_000_000n) + Math.floor(capturedNs([this.origin], loneMoment(at)) / 1e6);
    const date = new Date(ms);
    const two = (value: number): string => String(value).padStart(2, "0");
    const time = `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
    return `${time}.${String(date.getMilliseconds()).padStart(3, "0")}`;
  }

  private model(connection: ConnectionFacts, rules: readonly RuleId[] = []): ReturnType<typeof connectionModel> {
    const time: TimeOf = (at) => capturedTime(this.origin.ns, [this.origin], at);
    return connectionModel(connection, rules, time, this.redactor);
  }
}
