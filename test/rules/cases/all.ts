import { applicationCases } from "./application.ts";
import type { Cases } from "./case.ts";
import { closingCases } from "./closing.ts";
import { frameCases } from "./frames.ts";
import { heartbeatCases } from "./heartbeat.ts";
import { openingCases } from "./opening.ts";
import { reachingCases } from "./reaching.ts";
import { transportCases } from "./transport.ts";
import { upgradeCases } from "./upgrade.ts";

/** Total: a rule without facts that fire it, or without a near miss, does not compile. */
export const cases: Cases = {
  ...openingCases,
  ...reachingCases,
  ...upgradeCases,
  ...closingCases,
  ...heartbeatCases,
  ...frameCases,
  ...transportCases,
  ...applicationCases,
};
