import { displayWidth, padStartToWidth, padToWidth, truncateToWidth } from "../base/display-width.ts";
import type { Palette, Role } from "./palette.ts";

/** Exactly `width` columns of plain text: cut with an ellipsis or filled with spaces. */
export const fitted = (text: string, width: number): string =>
  width <= 0 ? "" : padToWidth(truncateToWidth(text, width), width);

export const fitStart = (text: string, width: number): string =>
  width <= 0 ? "" : padStartToWidth(truncateToWidth(text, width), width);

/** Seconds ("+1829268.482") within `width` columns: where they are too many, the last decimals give way without a sign. */
export function secondsWithin(seconds: string, width: number): string {
  if (seconds.length <= width) return seconds;
  const point = seconds.indexOf(".");
  return point < 0 ? seconds : seconds.slice(0, width > point + 1 ? width : point);
}

export const fitSeconds = (seconds: string, width: number): string => fitStart(secondsWithin(seconds, width), width);

const SECONDS = 10;

/** Columns for seconds up to these ("+10368001.827"): milliseconds stay, however long the capture is. */
export const widthForSeconds = (longest: string): number =>
  Math.max(SECONDS, Math.min(longest.length, longest.indexOf(".") + 4));

/** An address, cut in front where it is too long: its end and its port tell more than its network. */
export const cutAddress = (address: string, width: number): string =>
  address.length <= width ? address : `…${address.slice(address.length - Math.max(0, width - 1))}`;

export const centre = (text: string, width: number, fill = " "): string => {
  const cut = truncateToWidth(text, width);
  const left = Math.max(0, Math.floor((width - displayWidth(cut)) / 2));
  return fill.repeat(left) + cut + fill.repeat(Math.max(0, width - left - displayWidth(cut)));
};

/**
 * Beyond these terminals disagree about widths: emoji of several code points, marks, rare scripts. What follows such text
 * is put into its column by number.
 */
const DISPUTED =
  /[^\u0020-\u007e\u00a1-\u02ff\u0370-\u0482\u048a-\u058f\u2010-\u2027\u2030-\u203b\u2080-\u209c\u20a0-\u20b9\u2100-\u27bf\u2e80-\u3029\u3030-\u3098\u309b-\u31e3\u3400-\u9fff\uac00-\ud7a3\uff01-\uff60]/;

const PRINTABLE_ASCII = /^[\x20-\x7e]*$/;

/** A line put together from marked pieces, which knows how wide it is. */
export class Line {
  width = 0;
  private text = "";
  private readonly palette: Palette;
  private readonly limit: number;
  private readonly first: number | null;

  /** `first`: the screen's column (0-based) in which the line begins; null: not known. */
  constructor(palette: Palette, limit: number, first: number | null = 0) {
    this.palette = palette;
    this.limit = limit;
    this.first = first;
  }

  /** What does not fitted is cut. */
  add(text: string, role: Role = "plain"): this {
    const room = this.limit - this.width;
    if (room <= 0 || text === "") return this;
    const isPlain = PRINTABLE_ASCII.test(text);
    const wide = isPlain ? text.length : displayWidth(text);
    const cut = wide <= room ? text : truncateToWidth(text, room);
    this.width += wide <= room ? wide : displayWidth(cut);
    this.text += this.palette[role](cut);
    if (!isPlain && this.first !== null && DISPUTED.test(cut)) this.text += `\u001b[${this.first + this.width + 1}G`;
    return this;
  }

  /** With what is searched for, in small letters, marked where it stands first. */
  addMarked(text: string, search: string, role: Role): this {
    const at = search === "" ? -1 : text.toLowerCase().indexOf(search);
    if (at < 0) return this.add(text, role);
    const end = at + search.length;
    return this.add(text.slice(0, at), role).add(text.slice(at, end), "match").add(text.slice(end), role);
  }

  /** A sign of one column, so many times. */
  stroke(sign: string, columns: number, role: Role): this {
    const count = Math.max(0, Math.min(columns, this.limit - this.width));
    this.width += count;
    this.text += this.palette[role](sign.repeat(count));
    return this;
  }

  gap(columns: number): this {
    return this.add(" ".repeat(Math.max(0, Math.min(columns, this.limit - this.width))));
  }

  to(column: number): this {
    return this.gap(column - this.width);
  }

  end(): string {
    return this.text;
  }

  /** The whole line, to the right edge, as the line that the cursor is on. */
  endAs(role: Role): string {
    this.to(this.limit);
    return this.palette[role](this.text);
  }
}
