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

export const chinese: Texts = {
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
  units: unitsOf({ ms: "毫秒", s: "秒", min: "分", h: "小时", day: "天", separator: "、" }),
  alike: "（共 {connections} 条连接）",
  recovered: "；{recoveredMs:ms}后同一客户端连上了",
  pollsOn: "；只是 WebSocket 没有建立，会话仍以 HTTP 轮询继续",
  hurried:
    "客户端在 {hurriedMs:ms}内试了 {hurried} 次，间隔没有变长：客户端每次失败后都应等得更久（指数退避加随机抖动），否则所有客户端一起会把服务端压垮。",
};
