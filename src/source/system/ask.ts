import { execFile } from "node:child_process";
import { findTool } from "../live/find-tool.ts";

const ASK_MS = 5000;
const ANSWER_BYTES = 4 * 1024 * 1024;

/** What a tool of the system answered; null: it is not there. Asks only, changes nothing. */
export function ask(tool: string, ...args: string[]): Promise<{ ok: boolean; text: string } | null> {
  const path = findTool(tool);
  if (path === null) return Promise.resolve(null);
  const options = { timeout: ASK_MS, maxBuffer: ANSWER_BYTES, env: { ...process.env, LC_ALL: "C" } };
  return new Promise((resolve) => {
    execFile(path, args, options, (error, stdout, stderr) => {
      resolve({ ok: error === null, text: `${stdout}${stderr}`.trim() });
    });
  });
}
