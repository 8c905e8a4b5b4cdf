import type { Analysis } from "../../store/types.ts";

/** While a capture runs, what has not happened since then may still come; of a stored capture everything has come. */
export const mayStillCome = ({ live, clockNs }: Analysis, sinceNs: number, patienceMs: number): boolean =>
  live && clockNs - sinceNs < patienceMs * 1e6;
