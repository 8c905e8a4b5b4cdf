import { cause, type Draft, draft } from "../../draft.ts";
import type { Rule } from "../rule.ts";

/** So many connections that not all of them are told, or could be followed to their end. */
export const captureLeftOut: Rule = {
  id: "capture.left-out",
  severity: "note",
  spec: "",
  causes: ["tooManyConnections"],
  sources: ["https://www.wireshark.org/docs/man-pages/editcap.html"],
  checkCapture({ analysis }) {
    const { connections, webSockets, troubled, openOnes } = analysis.leftOut;
    // Live the oldest always make room: the end of `wscap live` says how many did.
    if (analysis.live) return null;
    const port = analysis.connections.find(({ upgrade }) => upgrade !== null)?.server.port ?? 8080;
    const causes = [cause("certain", "tooManyConnections", { port })];
    const all = connections + analysis.connections.length;
    const drafts: Draft[] = [];
    if (connections > 0)
      drafts.push(
        draft("capture.left-out", "plain", {
          at: null,
          severity: troubled > 0 ? "warning" : "note",
          args: { connections, all, webSockets, ...(troubled > 0 && { troubled }) },
          causes,
        }),
      );
    if (openOnes > 0) drafts.push(draft("capture.left-out", "open", { at: null, args: { openOnes }, causes }));
    return drafts;
  },
};
