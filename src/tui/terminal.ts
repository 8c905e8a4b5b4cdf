import { StringDecoder } from "node:string_decoder";
import type { ReadStream, WriteStream } from "node:tty";
import { type InputEvent, InputReader } from "./input.ts";

/** Alternate screen, no cursor, mouse buttons and wheel in SGR form, bracketed paste, no wrapping at the right edge. */
const ENTER = "\u001b[?1049h\u001b[2J\u001b[?25l\u001b[?1000h\u001b[?1006h\u001b[?2004h\u001b[?7l";
const LEAVE = "\u001b[?2026l\u001b[0m\u001b[?7h\u001b[?2004l\u001b[?1006l\u001b[?1000l\u001b[?25h\u001b[?1049l";
const ASK_BACKGROUND = "\u001b]11;?\u0007";
/** A lone Esc is an Esc when nothing has followed for so long. */
const ESCAPE_MS = 25;

export interface TerminalEvents {
  onInput(event: InputEvent): void;
  onResize(): void;
  /** Back from Ctrl-Z: everything must be drawn again. */
  onResume(): void;
  /** Nobody is there any more (SIGHUP), or we were asked to go (SIGTERM). */
  onEnd(signal: "SIGTERM" | "SIGHUP" | "SIGINT"): void;
}

/** The real terminal. Whatever happens, `leave` gives it back as it was. */
export class Terminal {
  private readonly input: ReadStream;
  private readonly output: WriteStream;
  private readonly events: TerminalEvents;
  private readonly reader = new InputReader();
  private readonly decoder = new StringDecoder("utf8");
  private escapeTimer: NodeJS.Timeout | null = null;
  private entered = false;

  constructor(input: ReadStream, output: WriteStream, events: TerminalEvents) {
    this.input = input;
    this.output = output;
    this.events = events;
  }

  get size(): { rows: number; columns: number } {
    return { rows: this.output.rows || 24, columns: this.output.columns || 80 };
  }

  enter(): void {
    this.take();
    this.output.write(ASK_BACKGROUND);
    this.input.on("data", this.onData);
    // A window that was closed may tell so before the signal comes.
    this.input.on("end", this.onHangUp);
    this.input.on("error", this.onHangUp);
    this.output.on("resize", this.onResize);
    process.on("SIGCONT", this.onContinue);
    process.on("SIGTERM", this.onSignal);
    process.on("SIGHUP", this.onSignal);
    process.on("SIGINT", this.onSignal);
    // The last resort: a crash, or somebody's process.exit.
    process.on("exit", this.giveBack);
  }

  leave(): void {
    this.giveBack();
    this.input.off("data", this.onData);
    this.input.off("end", this.onHangUp);
    this.input.pause();
    this.output.off("resize", this.onResize);
    process.off("SIGCONT", this.onContinue);
    process.off("SIGTERM", this.onSignal);
    process.off("SIGHUP", this.onSignal);
    process.off("SIGINT", this.onSignal);
    process.off("exit", this.giveBack);
    if (this.escapeTimer !== null) clearTimeout(this.escapeTimer);
  }

  /** Ctrl-Z: the terminal is the shell's until `fg`. */
  suspend(): void {
    this.giveBack();
    process.kill(0, "SIGTSTP");
  }

  readonly write = (text: string): void => {
    if (this.entered) this.output.write(text);
  };

  private take(): void {
    this.entered = true;
    this.input.setRawMode(true);
    this.input.resume();
    this.output.write(ENTER);
  }

  private readonly giveBack = (): void => {
    if (!this.entered) return;
    this.entered = false;
    try {
      this.input.setRawMode(false);
      this.output.write(LEAVE);
    } catch {
      // The terminal is gone: there is nothing to give back.
    }
  };

  private readonly onContinue = (): void => {
    if (this.entered) {
      this.giveBack();
    }
    this.take();
    this.events.onResume();
  };

  private readonly onHangUp = (): void => this.events.onEnd("SIGHUP");

  private readonly onSignal = (signal: NodeJS.Signals): void => {
    if (signal === "SIGTERM" || signal === "SIGHUP" || signal === "SIGINT") this.events.onEnd(signal);
  };

  private readonly onResize = (): void => this.events.onResize();

  private readonly onData = (bytes: Buffer): void => {
    if (this.escapeTimer !== null) clearTimeout(this.escapeTimer);
    this.escapeTimer = null;
    for (const event of this.reader.push(this.decoder.write(bytes))) this.events.onInput(event);
    if (!this.reader.waits) return;
    this.escapeTimer = setTimeout(() => {
      for (const event of this.reader.flush()) this.events.onInput(event);
    }, ESCAPE_MS);
  };
}
