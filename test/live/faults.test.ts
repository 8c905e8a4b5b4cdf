import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { program, wscap } from "../support/run-cli.ts";
import { LiveRun, liveUnavailable, Stage } from "./live-run.ts";

const unavailable = liveUnavailable("tcpdump");
const TIME_MS = 60_000;

describe.skipIf(unavailable !== null)(`live and faults${unavailable === null ? "" : `: ${unavailable}`}`, () => {
  it("tells a missing pong by the clock, while nothing comes any more", { timeout: TIME_MS }, async () => {
    const stage = new Stage();
    try {
      const run = stage.wscap(["live"]);
      await run.capturing();
      await stage.peer("no-pong");
      const finding = await run.event((event) => String(event["rule"]).startsWith("ws.pong"), 40_000);
      expect(finding["confidence"]).not.toBe("possible");
      expect((await run.stop()).code).toBe(0);
    } finally {
      stage.close();
    }
  });

  it("says in its summary that the interface went away", { timeout: TIME_MS }, async () => {
    const stage = new Stage();
    try {
      await stage.run("ip", "link", "add", "d0", "type", "veth", "peer", "name", "d1");
      await stage.run("ip", "link", "set", "d0", "up");
      const run = stage.wscap(["live", "-i", "d0"]);
      await run.capturing();
      await stage.run("ip", "link", "del", "d0");
      const { code, events } = await run.ended;
      expect(code).toBe(4);
      expect(events.at(-1)).toMatchObject({
        event: "capture-ended",
        endedBy: "capture.interface-gone",
        captures: [{ endedEarly: "interface-gone" }],
      });
      expect(events.map(({ rule }) => rule)).toContain("capture.ended-early");
    } finally {
      stage.close();
    }
  });

  it("goes on when the disk is full, leaves what came before, and says what is missing", {
    timeout: TIME_MS,
  }, async () => {
    const stage = new Stage();
    const folder = mkdtempSync(join(tmpdir(), "wscap-full-"));
    try {
      const script = `mount -t tmpfs -o size=64k none ${folder} && ${process.execPath} ${program} live -w ${folder}/x.pcapng; code=$?; cp ${folder}/x.pcapng ${folder}.pcapng; exit $code`;
      const child = spawn("ip", ["netns", "exec", stage.namespace, "sh", "-c", script], { stdio: "pipe" });
      const run = new LiveRun(child);
      await run.capturing();
      const peer = await stage.peer("churn");
      await run.event(({ event, packet }) => event === "frame" && Number(packet) > 1500, 30_000);
      peer.leave();
      await stage.run("pkill", "-INT", "-f", `^${process.execPath} .*${folder}/x.pcapng`);
      const { code, stderr } = await run.ended;
      expect(code).toBe(2);
      expect(stderr).toContain("Nothing more can be written to disk (ENOSPC)");
      expect(stderr).toMatch(/^wscap: .*x\.pcapng is not complete: \d+ packets \(\d+ bytes\) could not be written/m);
      // One run of packets: a hole would look like a loss on the wire.
      expect(stderr.match(/^Kept: /gm)).toHaveLength(1);
      const report = JSON.parse((await wscap(["report", "--format", "json", `${folder}.pcapng`])).stdout);
      expect(report.captures[0]).toMatchObject({ endedEarly: null, malformed: 0 });
      expect(report.captures[0].packets).toBeGreaterThan(100);
    } finally {
      stage.close();
      rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
      rmSync(`${folder}.pcapng`, { force: true });
      expect(readdirSync(tmpdir())).not.toContain(folder);
    }
  });
});
