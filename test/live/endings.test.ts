// How `wscap live` is ended, and what it leaves behind.
import { execFileSync, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { program, wscap } from "../support/run-cli.ts";
import { isFinding, type LiveEvent, LiveRun, liveUnavailable, Stage } from "./live-run.ts";

const unavailable = liveUnavailable("tcpdump");
const TIME_MS = 90_000;
const SCRATCH = "/var/tmp";

const scratchOf = (pid: number): string[] =>
  readdirSync(SCRATCH).filter((name) => name.startsWith(`wscap-live-${pid}-`));

/** Runs a command whose standard output is a socket, into a file. */
const RELAY =
  'const [f,c,...a]=process.argv.slice(1);const k=require("child_process").spawn(c,a,{stdio:["ignore","pipe","inherit"]});k.stdout.pipe(require("fs").createWriteStream(f))';

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

describe.skipIf(unavailable !== null)(`live endings${unavailable === null ? "" : `: ${unavailable}`}`, () => {
  let stage: Stage;
  let folder: string;

  const tcpdumps = (): string => {
    try {
      const inside = execFileSync("ip", ["netns", "pids", stage.namespace], { encoding: "utf8" }).trim().split("\n");
      return execFileSync("ps", ["-o", "comm=", "-p", inside.join(",")], { encoding: "utf8" });
    } catch {
      return "";
    }
  };
  const noTcpdumps = async (): Promise<void> => {
    for (let tries = 0; tcpdumps().includes("tcpdump") && tries < 100; tries++) await sleep(100);
    expect(tcpdumps()).not.toContain("tcpdump");
  };

  beforeEach(() => {
    stage = new Stage();
    folder = mkdtempSync(join(tmpdir(), "wscap-ends-"));
  });
  afterEach(() => {
    stage.close();
    rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  });

  it("ends at once at the second Ctrl-C, with 130, a whole file and no tcpdump", { timeout: TIME_MS }, async () => {
    const kept = join(folder, "kept.pcapng");
    // In batches: a single Ctrl-C would wait for the last one, for more than a second.
    const run = stage.wscap(["live", "--high-rate", "-w", kept]);
    await run.capturing();
    await (await stage.peer("drop")).done;
    await run.event(isFinding("ws.close.no-close-frame"));
    process.kill(run.pid, "SIGINT");
    await sleep(200);
    const { code, events } = await run.stop("SIGINT");
    expect(code).toBe(130);
    expect(events.at(-1)?.event).not.toBe("capture-ended");
    expect(readdirSync(folder)).toEqual(["kept.pcapng"]);
    const report = JSON.parse((await wscap(["report", "--format", "json", kept])).stdout);
    expect(report.captures[0]).toMatchObject({ endedEarly: null, malformed: 0 });
    expect(report.totals.webSockets).toBe(1);
    await noTcpdumps();
  });

  it("tells the next run and the doctor what a SIGKILL left, which can be read", { timeout: TIME_MS }, async () => {
    const run = stage.wscap(["live"]);
    await run.capturing();
    const peer = await stage.peer("drop");
    await peer.done;
    await run.event(isFinding("ws.close.no-close-frame"));
    peer.leave();
    await run.stop("SIGKILL");
    const [name] = scratchOf(run.pid);
    const left = join(SCRATCH, String(name));
    try {
      expect(name).toBeDefined();
      // A tcpdump that nobody could stop ends with its next packet.
      await (await stage.peer("talk")).done;
      await noTcpdumps();
      const next = stage.wscap(["live"]);
      await next.capturing();
      const { stderr } = await next.stop();
      expect(stderr).toContain(`Read it: wscap report ${left}/*`);
      expect(scratchOf(next.pid)).toEqual([]);
      const doctor = JSON.parse((await stage.output("doctor", "--json")).stdout);
      expect(doctor.checks).toContainEqual(
        expect.objectContaining({ id: "left-behind", command: `wscap report ${left}/*` }),
      );
      const files = readdirSync(left).map((file) => join(left, file));
      const report = JSON.parse((await wscap(["report", "--format", "json", ...files])).stdout);
      expect(report.findings.map(({ rule }: { rule: string }) => rule)).toContain("ws.close.no-close-frame");
    } finally {
      rmSync(left, { recursive: true, force: true });
    }
  });

  it("finishes its file when the terminal goes away", { timeout: TIME_MS }, async () => {
    const kept = join(folder, "kept.pcapng");
    const command = `${process.execPath} ${program} live --format text -w ${kept}`;
    const terminal = spawn("ip", ["netns", "exec", stage.namespace, "script", "-qfc", command, "/dev/null"], {
      stdio: ["pipe", "pipe", "ignore"],
    });
    let said = "";
    terminal.stdout.on("data", (chunk: Buffer) => {
      said += chunk.toString();
    });
    for (let tries = 0; !said.includes("Capturing on") && tries < 200; tries++) await sleep(50);
    await (await stage.peer("drop")).done;
    await sleep(1500);
    terminal.kill("SIGKILL");
    for (let tries = 0; !existsSync(kept) && tries < 100; tries++) await sleep(100);
    const report = JSON.parse((await wscap(["report", "--format", "json", kept])).stdout);
    expect(report.totals.webSockets).toBe(1);
    await noTcpdumps();
  });

  it("goes on at SIGHUP where there is no terminal, as nohup wants", { timeout: TIME_MS }, async () => {
    const run = stage.wscap(["live"]);
    await run.capturing();
    process.kill(run.pid, "SIGHUP");
    await (await stage.peer("drop")).done;
    await run.event(isFinding("ws.close.no-close-frame"));
    expect((await run.stop()).code).toBe(0);
  });

  it("finishes its file when nobody reads its events any more", { timeout: TIME_MS }, async () => {
    const kept = join(folder, "kept.pcapng");
    const script = `${process.execPath} ${program} live -w ${kept} | head -n 1`;
    const child = spawn("ip", ["netns", "exec", stage.namespace, "sh", "-c", script], { stdio: "pipe" });
    const run = new LiveRun(child);
    await run.capturing();
    const peer = await stage.peer("churn");
    await run.ended;
    peer.leave();
    expect(readdirSync(folder)).toEqual(["kept.pcapng"]);
    expect(run.stderr).toContain(`Kept: ${kept}`);
  });

  // A pipe, an ordinary file, and the socket pair that Node calls a pipe (as some sshd do).
  it.each([
    ["a pipe", (command: string, file: string) => `${command} | cat > ${file}`],
    ["a file", (command: string, file: string) => `${command} > ${file}`],
    ["a socket", (command: string, file: string) => `node -e '${RELAY}' ${file} ${command}`],
  ])("writes the capture to standard output, %s", { timeout: TIME_MS }, async (_kind, into) => {
    const file = join(folder, "piped.pcapng");
    const script = into(`${process.execPath} ${program} live -w -`, file);
    const child = spawn("ip", ["netns", "exec", stage.namespace, "sh", "-c", script], { stdio: "pipe" });
    const run = new LiveRun(child);
    await run.capturing();
    await (await stage.peer("talk")).done;
    await sleep(1000);
    await stage.run("pkill", "-INT", "-f", `^${process.execPath} ${program} live -w -$`);
    const { stderr } = await run.ended;
    expect(stderr).toContain("1 closed cleanly");
    const report = JSON.parse((await wscap(["report", "--format", "json", file])).stdout);
    expect(report.captures[0]).toMatchObject({ endedEarly: null, malformed: 0 });
    expect(report.totals).toMatchObject({ webSockets: 1, messages: 40 });
    expect(readFileSync(file).readUInt32LE(0)).toBe(0x0a0d0d0a);
  });

  it("says where the packets of a finding are kept, also when files take turns", { timeout: TIME_MS }, async () => {
    const run = stage.wscap(["live", "-w", join(folder, "ring.pcapng"), "--ring", "3x20k"]);
    await run.capturing();
    const churn = await stage.peer("churn");
    await run.event(({ event, packet }) => event === "frame" && Number(packet) > 600, 40_000);
    churn.leave();
    const drop = await stage.peer("drop", 8080);
    await drop.done;
    await run.event(isFinding("ws.close.no-close-frame"));
    const { code, events, stderr } = await run.stop();
    expect(code).toBe(0);
    const { evidence } = events.find(isFinding("ws.close.no-close-frame")) as unknown as {
      evidence: { packet: number; time: string; kept: { file: string; packet: number } | null }[];
    };
    const [shown] = evidence.filter(({ kept }) => kept !== null);
    expect(shown?.packet).toBeGreaterThan(600);
    const seen = JSON.parse((await wscap(["report", "--format", "json", shown?.kept?.file ?? ""])).stdout);
    const there = seen.findings.find(({ rule }: { rule: string }) => rule === "ws.close.no-close-frame");
    const same = there.evidence.find(({ time }: { time: string }) => time === shown?.time);
    expect(same.packet).toBe(shown?.kept?.packet);
    const [{ file, first, count }] = (events.at(-1) as LiveEvent)["keptPackets"] as [
      { file: string; first: number; count: number },
    ];
    expect(first).toBeGreaterThan(1);
    expect(stderr).toContain(`Kept: ${file}: packets ${first} to ${first + count - 1} of the capture, numbered from 1`);
  });
});
