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

  it("goes on when the disk is full, and leaves a file that can be read", { timeout: TIME_MS }, async () => {
    const stage = new Stage();
    const folder = mkdtempSync(join(tmpdir(), "wscap-full-"));
    try {
      const script = `mount -t tmpfs -o size=64k none ${folder} && ${process.execPath} ${program} live -w ${folder}/x.pcapng; cp ${folder}/x.pcapng ${folder}.pcapng`;
      const child = spawn("ip", ["netns", "exec", stage.namespace, "sh", "-c", script], { stdio: "pipe" });
      const run = new LiveRun(child);
      await run.capturing();
      const peer = await stage.peer("churn");
      await run.event(({ event, packet }) => event === "frame" && Number(packet) > 1500, 30_000);
      peer.leave();
      await stage.run("pkill", "-INT", "-f", `^${process.execPath} .*${folder}/x.pcapng`);
      const { stderr } = await run.ended;
      expect(stderr).toContain("could not be written to disk (ENOSPC); the analysis goes on.");
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
