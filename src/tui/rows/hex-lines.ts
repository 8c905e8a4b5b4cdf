import type { Palette, Role } from "../palette.ts";

/** Bytes from `start` on belong to this layer, up to the next one. */
export interface Layer {
  readonly start: number;
  readonly role: Role;
  readonly name: string;
}

const OFFSET = 8;

/** Offset, sixteen bytes (fewer on a narrow screen), and what of them is ASCII; layers by colour. */
export function hexLines(bytes: Uint8Array, layers: readonly Layer[], width: number, palette: Palette): string[] {
  const perLine = [16, 8, 4].find((count) => OFFSET + count * 4 + 3 <= width) ?? 2;
  const lines: string[] = [];
  for (let start = 0; start < bytes.length; start += perLine) {
    let hex = "";
    let ascii = "";
    for (let at = start; at < start + perLine; at++) {
      const byte = bytes[at];
      if (byte === undefined) {
        hex += "   ";
        continue;
      }
      const mark = palette[roleAt(layers, at)];
      hex += mark(byte.toString(16).padStart(2, "0")) + (at % 8 === 7 ? "  " : " ");
      ascii += byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : palette.dim("·");
    }
    lines.push(`${palette.dim(start.toString(16).padStart(6, "0"))}  ${hex} ${ascii}`);
  }
  return lines;
}

function roleAt(layers: readonly Layer[], at: number): Role {
  let role: Role = "plain";
  for (const layer of layers) if (at >= layer.start) role = layer.role;
  return role;
}
