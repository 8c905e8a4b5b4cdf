import type { LiveWords } from "../../i18n/live/words.ts";
import type { LiveSession } from "../../session/live-session.ts";
import type { LeftBehind } from "../../source/live/left-behind.ts";
import type { KeptFile, Spool } from "../../source/live/spool.ts";
import type { OpenedCapture } from "./open-capture.ts";
import type { RunningText } from "./running-text.ts";

const PERIOD_MS = 1000;
const NOTHING_YET_SECONDS = 10;

export interface WatchOptions {
  readonly opened: OpenedCapture;
  readonly spool: Spool;
  readonly session: LiveSession;
  readonly words: LiveWords;
  /** One line on standard error. */
  readonly say: (line: string) => void;
  readonly text: RunningText | null;
}

/** Once a second: asks the backend for its counters, and says what is wrong around the capture. */
export class Watch {
  private readonly options: WatchOptions;
  private timer: NodeJS.Timeout | null = null;
  private seconds = 0;
  private interfaceState: string;
  private toldDropped = 0;
  private toldLoss = false;
  private toldPath = false;

  constructor(options: WatchOptions) {
    this.options = options;
    this.interfaceState = options.opened.source.interfaceState();
  }

  /** `hints`: somebody reads along. */
  start(hints: boolean): void {
    const { opened, words, say } = this.options;
    const { source, address, asked } = opened;
    say(words.capturing(source.label, asked, source.backend.name));
    if (source.backend.timestamps === "userspace") say(words.userspaceStamps);
    if (source.backend.tellsDrops === "never") say(words.dropsUnknown);
    if (address !== null) say(words.ownAddress(address, source.label));
    if (hints) say(words.howToEnd);
    this.timer = setInterval(() => this.look(hints), PERIOD_MS);
  }

  stop(): void {
    if (this.timer !== null) clearInterval(this.timer);
  }

  sayLeftBehind({ folder, bytes, lastMs }: LeftBehind): void {
    const { words, say } = this.options;
    say(words.leftBehind((bytes / 1e6).toFixed(2), new Date(lastMs).toISOString(), folder));
  }

  sayEnd(files: readonly KeptFile[], trigger: string | null): void {
    const { words, say, session } = this.options;
    const { forgotten, dropped } = session.getSnapshot().statistics;
    // The last count: some backends tell it at their end only, and what was told grew since.
    if (dropped !== null && dropped > this.toldDropped) say(words.dropping(dropped));
    if (forgotten > 0) say(words.forgotten(forgotten));
    for (const { path, packets } of files) {
      const [run] = packets.runs;
      const isWhole = files.length === 1 && packets.runs.length === 1 && run?.first === 1;
      if (isWhole || run === undefined) say(words.kept(path));
      else
        for (const { first, count, firstInFile } of packets.runs)
          say(words.keptPart(path, first, first + count - 1, firstInFile));
    }
    if (files.length === 0 && trigger !== null) say(words.nothingTriggered(trigger));
  }

  private look(hints: boolean): void {
    const { opened, session, words, text, spool } = this.options;
    const { source } = opened;
    this.seconds++;
    source.askCounters();
    if (!this.toldPath && spool.folder === null && spool.currentPath !== null) {
      this.toldPath = true;
      this.tell(words.writingTo(spool.currentPath));
      const { renamed } = spool;
      if (renamed !== null) this.tell(words.nameTaken(renamed.path, renamed.freeName));
    }
    const { statistics } = session.getSnapshot();
    if (hints && this.seconds === NOTHING_YET_SECONDS && statistics.packets === 0) {
      this.tell(words.nothingYet(source.label, NOTHING_YET_SECONDS));
    }
    const state = source.interfaceState();
    if (state !== this.interfaceState) {
      this.interfaceState = state;
      const say = { down: words.interfaceDown, gone: words.interfaceGone, up: words.interfaceUp, unknown: null }[state];
      if (say !== null) this.tell(say(source.label));
    }
    // Told again only when it has become ten times as bad.
    const dropped = statistics.dropped ?? 0;
    if (dropped > 0 && dropped >= this.toldDropped * 10) {
      this.toldDropped = dropped;
      this.tell(words.dropping(dropped));
    }
    if (spool.loss !== null && !this.toldLoss) {
      this.toldLoss = true;
      this.tell(words.writingStopped(spool.loss.reason));
    }
    text?.showStatus(statistics);
  }

  private tell(line: string): void {
    this.options.text?.end();
    this.options.say(line);
  }
}
