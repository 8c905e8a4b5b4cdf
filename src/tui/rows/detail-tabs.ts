import { type DetailRow, ROW } from "../../session/detail-types.ts";

export type Tab = "head" | "text" | "json" | "hex" | "packet" | "body";

/** Ways to look at a row. */
export function tabsOf(row: DetailRow): readonly Tab[] {
  switch (row.kind) {
    case ROW.frame:
      return row.body === null || row.body.length === 0
        ? ["head"]
        : row.body.opcode === 1
          ? ["head", "text", "json", "hex"]
          : ["head", "text", "hex"];
    case ROW.packet:
      return ["head", "packet"];
    case ROW.request:
    case ROW.response:
      return ["head", "body"];
    case ROW.icmp:
      return ["head"];
  }
}
