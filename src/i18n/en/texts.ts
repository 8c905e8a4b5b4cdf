import type { Texts } from "../texts.ts";
import { unitsOf } from "../units.ts";
import { causesAnswer } from "./causes-answer.ts";
import { causesApplication } from "./causes-application.ts";
import { causesCapture } from "./causes-capture.ts";
import { causesEnding } from "./causes-ending.ts";
import { causesNetwork } from "./causes-network.ts";
import { causesRunning } from "./causes-running.ts";
import { causesUpgrade } from "./causes-upgrade.ts";
import { evidence } from "./evidence.ts";
import { findingsApplication } from "./findings-application.ts";
import { findingsCapture } from "./findings-capture.ts";
import { findingsClose } from "./findings-close.ts";
import { findingsNetwork } from "./findings-network.ts";
import { findingsPath } from "./findings-path.ts";
import { findingsReset } from "./findings-reset.ts";
import { findingsUpgrade } from "./findings-upgrade.ts";
import { findingsWebSocket } from "./findings-websocket.ts";
import { fronts } from "./fronts.ts";
import { general } from "./general.ts";
import { pages } from "./pages.ts";
import { tokens } from "./tokens.ts";

export const english: Texts = {
  findings: {
    ...findingsNetwork,
    ...findingsUpgrade,
    ...findingsClose,
    ...findingsReset,
    ...findingsPath,
    ...findingsWebSocket,
    ...findingsApplication,
    ...findingsCapture,
  },
  evidence,
  causes: {
    ...causesApplication,
    ...causesNetwork,
    ...causesUpgrade,
    ...causesAnswer,
    ...causesEnding,
    ...causesRunning,
    ...causesCapture,
  },
  tokens,
  fronts,
  general,
  pages,
  units: unitsOf({ ms: "ms", s: "s", min: "min", h: "h", day: "d", separator: ", " }),
  alike: " (× {connections} connections)",
  recovered: "; {recoveredMs:ms} later the same client got in",
  pollsOn: "; only the WebSocket failed, the session goes on over HTTP polling",
  hurried:
    " The client tried {hurried} times within {hurriedMs:ms}, without pauses that grow: let a client wait longer after each failure (exponential backoff, with jitter), or all of them together overrun the server.",
};
