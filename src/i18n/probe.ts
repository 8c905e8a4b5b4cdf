import type { Language } from "./language.ts";

/** What `wscap probe` says. Both languages are total. */
export interface ProbeWords {
  readonly open: string;
  readonly message: (number: number) => string;
  readonly refused: (status: number) => string;
  readonly error: (message: string) => string;
  readonly closed: (code: number, reason: string) => string;
  readonly withoutCapture: string;
  readonly kept: (path: string) => string;
}

const english: ProbeWords = {
  open: "Connection established.",
  message: (number) => `Message #${number}:`,
  refused: (status) => `Refused: the server answered HTTP ${status} instead of 101.`,
  error: (message) => `Error: ${message}`,
  closed: (code, reason) => `Closed: ${code}${reason === "" ? "" : ` ${reason}`}`,
  withoutCapture: "Going on without a look at the wire, since nothing may be captured:",
  kept: (path) => `Kept: ${path}`,
};

const chinese: ProbeWords = {
  open: "连接已建立。",
  message: (number) => `消息 #${number}：`,
  refused: (status) => `被拒绝：服务器返回 HTTP ${status}，不是 101。`,
  error: (message) => `错误：${message}`,
  closed: (code, reason) => `已关闭：${code}${reason === "" ? "" : ` ${reason}`}`,
  withoutCapture: "无法抓包，因此不分析线路上的数据，继续探测：",
  kept: (path) => `已保存：${path}`,
};

export const probeWordsOf = (language: Language): ProbeWords => (language === "en" ? english : chinese);
