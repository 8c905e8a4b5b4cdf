import type { ReportModel } from "./model/schema.ts";

/** Time of the first packet over all captures; null without any. */
export const originOf = (model: ReportModel): string | null =>
  model.captures
    .map(({ firstPacketTime }) => firstPacketTime)
    .filter((time) => time !== null)
    .sort()[0] ?? null;
