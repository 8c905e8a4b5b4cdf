import { displayWidth } from "../../src/base/display-width.ts";
import { drawScreen } from "../../src/tui/draw.ts";
import type { Driver } from "./open-desk.ts";

/** What stands on the screen: marks taken out, and what is placed by column put there. */
export function visible(line: string): string {
  let text = "";
  for (const part of line.split(/(\u001b\[[\d;?]*[A-Za-z])/)) {
    const place = /^\u001b\[(\d+)G$/.exec(part);
    if (place !== null) text += " ".repeat(Math.max(0, Number(place[1]) - 1 - displayWidth(text)));
    else if (!part.startsWith("\u001b[")) text += part;
  }
  return text;
}

export const screenOf = ({ state, context }: Driver): string[] => drawScreen(state, context, []).map(visible);
export const textOf = (of: Driver): string => screenOf(of).join("\n");
