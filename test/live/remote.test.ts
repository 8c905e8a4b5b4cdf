import { execFileSync } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { isFinding, liveUnavailable, Stage } from "./live-run.ts";

const unavailable = liveUnavailable("tcpdump");
const TIME_MS = 60_000;

/** Stands for ssh: the far command runs here, in a session of its own, as sshd would run it. */
const SSH = '#!/bin/sh\nfor last; do :; done\nexec setsid -w sh -c "$last"\n';

describe.skipIf(unavailable !== null)(`live --remote${unavailable === null ? "" : `: ${unavailable}`}`, () => {
  let stage: Stage;
  let folder: string;
  const path = (): { PATH: string } => ({ PATH: `${folder}:${process.env["PATH"]}` });
  const farTcpdumps = (): string => {
    try {
      const inside = execFileSync("ip", ["netns", "pids", stage.namespace], { encoding: "utf8" }).trim().split("\n");
      return execFileSync("ps", ["-o", "comm=", "-p", inside.join(",")], { encoding: "utf8" });
    } catch {
      return "";
    }
  };

  beforeEach(() => {
    stage = new Stage();
    folder = mkdtempSync(join(tmpdir(), "wscap-ssh-"));
    writeFileSync(join(folder, "ssh"), SSH);
    chmodSync(join(folder, "ssh"), 0o755);
  });
  afterEach(() => {
    stage.close();
    rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  });

  it("tells what happens there, and leaves no tcpdump behind", { timeout: TIME_MS }, async () => {
    const run = stage.wscap(["live", "--remote", "root@device"], path());
    await run.capturing();
    expect(farTcpdumps()).toContain("tcpdump");
    const peer = await stage.peer("drop");
    await peer.done;
    await run.event(isFinding("ws.close.no-close-frame"));
    peer.leave();
    const { code, events } = await run.stop();
    expect(code).toBe(0);
    expect(events.at(-1)?.event).toBe("capture-ended");
    expect(farTcpdumps()).not.toContain("tcpdump");
  });

  it("leaves no tcpdump behind when it is killed itself", { timeout: TIME_MS }, async () => {
    const run = stage.wscap(["live", "--remote", "root@device"], path());
    await run.capturing();
    await run.stop("SIGKILL");
    for (let tries = 0; farTcpdumps().includes("tcpdump") && tries < 50; tries++) {
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    expect(farTcpdumps()).not.toContain("tcpdump");
  });

  it("says that a filter does not compile there, and that ssh does not get there", { timeout: TIME_MS }, async () => {
    const bad = await stage.wscap(["live", "--remote", "root@device", "-f", "tcp prot 80"], path()).ended;
    expect([bad.code, bad.stderr]).toEqual([2, expect.stringContaining("The filter does not compile")]);
    writeFileSync(join(folder, "ssh"), "#!/bin/sh\necho 'ssh: Could not resolve hostname device' >&2\nexit 255\n");
    const away = await stage.wscap(["live", "--remote", "root@device"], path()).ended;
    expect([away.code, away.stderr]).toEqual([4, expect.stringContaining("ssh does not get there")]);
  });
});
