import { captureFindings } from "./findings-capture.ts";
import { closeFindings } from "./findings-close.ts";
import { openingFindings } from "./findings-opening.ts";
import { webSocketFindings } from "./findings-websocket.ts";

/** Each rule, its variants, and the arguments of each variant's texts. */
export const findingWords = {
  ...openingFindings,
  ...closeFindings,
  ...webSocketFindings,
  ...captureFindings,
} as const;
