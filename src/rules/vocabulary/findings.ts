import { applicationFindings } from "./findings-application.ts";
import { captureFindings } from "./findings-capture.ts";
import { closeFindings } from "./findings-close.ts";
import { networkFindings } from "./findings-network.ts";
import { upgradeFindings } from "./findings-upgrade.ts";
import { webSocketFindings } from "./findings-websocket.ts";

/** Each rule, its variants, and the arguments of each variant's texts. */
export const findingWords = {
  ...networkFindings,
  ...upgradeFindings,
  ...closeFindings,
  ...webSocketFindings,
  ...applicationFindings,
  ...captureFindings,
} as const;
