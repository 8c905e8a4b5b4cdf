/** Puts lines on the screen: only those that changed, all in one write that the terminal shows at once. */
export class Painter {
  private shown: readonly string[] = [];
  private cursorShown = false;
  private forgotten = false;
  private readonly write: (text: string) => void;

  constructor(write: (text: string) => void) {
    this.write = write;
  }

  /** The screen holds something else now (resize, another program): the next frame clears it and is drawn whole. */
  forget(): void {
    this.forgotten = true;
    this.shown = [];
    this.cursorShown = false;
  }

  /**
   * `lines`: one a row, each no wider than the screen. `cursor`: where the terminal's own cursor stands (text input,
   * so that an input method opens beside it), 0-based; null hides it.
   */
  paint(lines: readonly string[], cursor: { row: number; column: number } | null): void {
    let out = this.forgotten ? "\u001b[2J" : "";
    this.forgotten = false;
    for (let row = 0; row < Math.max(lines.length, this.shown.length); row++) {
      const line = lines[row] ?? "";
      if (line !== this.shown[row]) out += `\u001b[${row + 1};1H\u001b[0m\u001b[2K${line}`;
    }
    this.shown = lines;
    if (cursor !== null) out += `\u001b[0m\u001b[${cursor.row + 1};${cursor.column + 1}H\u001b[?25h`;
    else if (this.cursorShown) out += "\u001b[?25l";
    this.cursorShown = cursor !== null;
    // DEC private mode 2026: terminals that know it show the frame as a whole, others ignore it.
    if (out !== "") this.write(`\u001b[?2026h${out}\u001b[0m\u001b[?2026l`);
  }
}
