// `wscap live --remote` through a real sshd, in a namespace of its own.
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { findTool } from "../../src/source/live/find-tool.ts";
import { isFinding, liveUnavailable, Stage } from "./live-run.ts";

const TIME_MS = 90_000;
const PORT = 2222;
const missing = ["sshd", "ssh", "ssh-keygen"].find((tool) => findTool(tool) === null);
const unavailable =
  liveUnavailable("tcpdump") ??
  (missing === undefined || process.env["WSCAP_REQUIRE_ALL"] === "1" ? null : `${missing} is not installed`);

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

describe.skipIf(unavailable !== null)(`live --remote by ssh${unavailable === null ? "" : `: ${unavailable}`}`, () => {
  let stage: Stage;
  let folder: string;
  let server: ChildProcess;

  const path = (): { PATH: string } => ({ PATH: `${folder}:${process.env["PATH"]}` });
  /** Processes of the far side: those whose ancestor is the sshd. */
  const farSide = (): { pid: number; command: string }[] => {
    const rows = execFileSync("ps", ["-eo", "pid=,ppid=,comm="], { encoding: "utf8" }).trim().split("\n");
    const all = rows.map((row) => /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(row) ?? []);
    const found = new Set([server.pid]);
    // Twice as deep as it goes: sshd, its session, its shell, ours, tcpdump.
    for (let depth = 0; depth < 10; depth++) {
      for (const [, pid, parent] of all) if (found.has(Number(parent))) found.add(Number(pid));
    }
    return all
      .filter(([, pid]) => found.has(Number(pid)) && Number(pid) !== server.pid)
      .map(([, pid, , command]) => ({ pid: Number(pid), command: command ?? "" }));
  };
  /** tcpdump may have been left by its session: in the namespace, but not below the sshd. */
  const tcpdumps = (): string =>
    execFileSync("ip", ["netns", "pids", stage.namespace], { encoding: "utf8" })
      .trim()
      .split("\n")
      .map((pid) => {
        try {
          return readFileSync(`/proc/${pid}/comm`, "utf8").trim();
        } catch {
          return "";
        }
      })
      .filter((command) => command === "tcpdump")
      .join(" ");
  const noTcpdumps = async (): Promise<void> => {
    for (let tries = 0; tcpdumps() !== "" && tries < 100; tries++) await sleep(100);
    expect(tcpdumps()).toBe("");
  };

  beforeEach(async () => {
    stage = new Stage();
    folder = mkdtempSync(join(tmpdir(), "wscap-sshd-"));
    for (const name of ["host", "user"]) {
      execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", join(folder, name)]);
    }
    const authorized = readFileSync(join(folder, "user.pub"), "utf8");
    writeFileSync(join(folder, "authorized"), authorized);
    const settings = `Port ${PORT}\nListenAddress 127.0.0.1\nHostKey ${folder}/host\nAuthorizedKeysFile ${folder}/authorized\nPidFile none\nUsePAM no\nStrictModes no\n`;
    writeFileSync(join(folder, "sshd_config"), settings);
    const known = `[127.0.0.1]:${PORT} ${readFileSync(join(folder, "host.pub"), "utf8")}`;
    writeFileSync(join(folder, "known_hosts"), known);
    const own = `Host device\n HostName 127.0.0.1\n Port ${PORT}\n User root\n IdentityFile ${folder}/user\n UserKnownHostsFile ${folder}/known_hosts\n`;
    writeFileSync(join(folder, "ssh_config"), own);
    writeFileSync(join(folder, "ssh"), `#!/bin/sh\nexec ${findTool("ssh")} -F ${folder}/ssh_config "$@"\n`);
    chmodSync(join(folder, "ssh"), 0o755);
    mkdirSync("/run/sshd", { recursive: true });
    const command = ["netns", "exec", stage.namespace, findTool("sshd") ?? "", "-D", "-e", "-f"];
    server = spawn("ip", [...command, join(folder, "sshd_config")], { stdio: ["ignore", "ignore", "pipe"] });
    await new Promise<void>((resolve, reject) => {
      server.stderr?.on("data", (chunk: Buffer) => {
        if (chunk.includes("listening")) resolve();
      });
      server.once("exit", (code) => reject(new Error(`sshd ended with ${code}`)));
    });
  });
  afterEach(() => {
    server.removeAllListeners("exit");
    stage.close();
    rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  });

  it("tells what happens there, and leaves no tcpdump behind", { timeout: TIME_MS }, async () => {
    const run = stage.wscap(["live", "--remote", "device"], path());
    await run.capturing();
    expect(farSide().map(({ command }) => command)).toContain("tcpdump");
    await (await stage.peer("drop")).done;
    await run.event(isFinding("ws.close.no-close-frame"));
    const { code, events } = await run.stop();
    expect(code).toBe(0);
    expect(events.at(-1)).toMatchObject({ event: "capture-ended", captures: [{ dropped: 0 }] });
    await noTcpdumps();
  });

  it("leaves no tcpdump behind when it is killed itself", { timeout: TIME_MS }, async () => {
    const run = stage.wscap(["live", "--remote", "device"], path());
    await run.capturing();
    await run.stop("SIGKILL");
    await noTcpdumps();
  });

  it("says that the line broke, keeps what came, and leaves no tcpdump behind", { timeout: TIME_MS }, async () => {
    const run = stage.wscap(["live", "--remote", "device"], path());
    await run.capturing();
    await (await stage.peer("drop")).done;
    await run.event(isFinding("ws.close.no-close-frame"));
    for (const { pid, command } of farSide()) if (command === "sshd") process.kill(pid, "SIGKILL");
    const { code, stderr, events } = await run.ended;
    expect([code, stderr]).toEqual([4, expect.stringContaining("The ssh connection to device broke off.")]);
    expect(events.at(-1)?.event).toBe("capture-ended");
    await noTcpdumps();
  });

  it("says that the device does not know our key", { timeout: TIME_MS }, async () => {
    writeFileSync(join(folder, "authorized"), "");
    const { code, stderr } = await stage.wscap(["live", "--remote", "device"], path()).ended;
    expect([code, stderr]).toEqual([4, expect.stringContaining("ssh does not get there")]);
  });
});
