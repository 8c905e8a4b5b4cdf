import { describe, expect, it } from "vitest";
import { liveUnavailable, Stage } from "./live-run.ts";

const unavailable = liveUnavailable("tcpdump");

describe.skipIf(unavailable !== null)(`wscap probe${unavailable === null ? "" : `: ${unavailable}`}`, () => {
  it("subscribes, prints what comes, and judges its own connection only", { timeout: 60_000 }, async () => {
    const stage = new Stage();
    try {
      const peer = await stage.peer("churn");
      const { code, stdout } = await stage.output("probe", "ws://127.0.0.1:8080/x", "realtime/*", "--messages", "1");
      expect(stdout).toContain("Connection established.\nMessage #1: answer to ");
      expect(stdout).toContain('{"type":"subscribe","topics":["realtime/*"]}');
      expect(stdout).toContain("Nothing is wrong: 1 WebSocket, 1 closed cleanly");
      expect(code).toBe(0);
      peer.leave();
    } finally {
      stage.close();
    }
  });

  it("says why nobody answers", { timeout: 60_000 }, async () => {
    const stage = new Stage();
    try {
      const { code, stdout } = await stage.output("probe", "ws://127.0.0.1:8080/");
      expect([code, stdout]).toEqual([1, expect.stringContaining("tcp.open.refused")]);
    } finally {
      stage.close();
    }
  });

  it("goes on where it may not capture, and says so", { timeout: 60_000 }, async () => {
    const stage = new Stage();
    try {
      await stage.peer("talk");
      const user = ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups"];
      const { code, stdout, stderr } = await stage.output(...user, "probe", "ws://127.0.0.1:8080/", "a");
      expect([code, stdout]).toEqual([0, expect.stringContaining("Connection established.")]);
      expect(stderr).toContain("Going on without a look at the wire");
    } finally {
      stage.close();
    }
  });
});
