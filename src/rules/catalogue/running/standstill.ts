import type { Rule } from "../rule.ts";

/** Several connections show it together: their findings are put together when all are judged. */
export const serverStandstill: Rule = {
  id: "app.standstill",
  severity: "error",
  spec: "",
  causes: ["stoodStill", "peerBlocked", "overslept"],
  sources: ["https://nodejs.org/en/learn/asynchronous-work/dont-block-the-event-loop"],
};
