import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { NotInTime } from "../support/not-in-time.ts";
import { wscap } from "../support/run-cli.ts";
import { isFinding, type LiveEvent, liveUnavailable, Stage } from "./live-run.ts";

const TIME_MS = 60_000;
const sender = fileURLToPath(new URL("../bench/send-packets.py", import.meta.url));

let stage: Stage;
let folder: string;

const capUnavailable = (): string | null => {
  if (process.env["WSCAP_REQUIRE_ALL"] === "1") return null;
  try {
    execFileSync(process.execPath, ["-e", "require('cap')"], { stdio: "ignore" });
    return null;
  } catch {
    return "npm cap is not built";
  }
};

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

const childrenOf = (pid: number): number[] =>
  execFileSync("pgrep", ["-P", String(pid)], { encoding: "utf8" })
    .trim()
    .split("\n")
    .map(Number);

const tools = { tcpdump: "tcpdump", dumpcap: "dumpcap", cap: "tcpdump" } as const;

for (const backend of ["tcpdump", "dumpcap", "cap"] as const) {
  const unavailable = liveUnavailable(tools[backend]) ?? (backend === "cap" ? capUnavailable() : null);

  describe.skipIf(unavailable !== null)(`live with ${backend}${unavailable === null ? "" : `: ${unavailable}`}`, () => {
    beforeEach(() => {
      stage = new Stage();
      folder = mkdtempSync(join(tmpdir(), "wscap live "));
    });
    afterEach(() => {
      stage.close();
      rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
    });

    it("tells connections, frames and endings, the same as its file does later", { timeout: TIME_MS }, async () => {
      const kept = join(folder, "a name with spaces.pcapng");
      const run = stage.wscap(["live", "--backend", backend, "-w", kept]);
      await run.capturing();
      const peer = await stage.peer("talk");
      await peer.done;
      await run.event(({ event }) => event === "connection-closed");
      const { code, events, stderr } = await run.stop();
      expect([code, stderr]).toEqual([0, expect.stringContaining(`Kept: ${kept}`)]);

      const offline = JSON.parse((await wscap(["report", "--format", "json", "-p", "8080", kept])).stdout);
      const closed = events.filter(({ event }) => event === "connection-closed");
      expect(closed).toHaveLength(1);
      const { event: _, time: __, arrivedMs: ___, connection: ____, ...live } = closed[0] as LiveEvent;
      expect(live).toEqual({ ...offline.connections[0], findings: [] });
      const end = events.at(-1) as LiveEvent;
      expect(end.event).toBe("capture-ended");
      expect(end["totals"]).toEqual(offline.totals);
      expect(end["files"]).toEqual([kept]);

      const frames = (await wscap(["frames", "--format", "ndjson", "-p", "8080", kept])).stdout.trim().split("\n");
      const told = events
        .filter(({ event }) => event === "frame")
        .map(({ event: _event, arrivedMs: _arrived, ...frame }) => JSON.stringify(frame));
      expect(told).toEqual(frames);
      // 20 questions, 20 answers, two Close frames.
      expect(told).toHaveLength(42);
    });

    it("labels lost connections within 2 s of the loss", { timeout: TIME_MS }, async () => {
      const run = stage.wscap(["live", "--backend", backend, "-p", "8080", "-p", "8090"]);
      await run.capturing();
      const dropped = await stage.peer("drop");
      const noClose = await run.event(isFinding("ws.close.no-close-frame"));
      expect(noClose.arrivedMs - Date.parse(noClose.time)).toBeLessThan(2000);
      dropped.leave();
      const reset = await stage.peer("reset", 8090);
      const rst = await run.event((event) => isFinding("tcp.rst")(event) && event["severity"] === "error");
      expect(rst.arrivedMs - Date.parse(rst.time)).toBeLessThan(2000);
      reset.leave();
      expect((await run.stop("SIGTERM")).code).toBe(0);
    });

    it("ends at its count of packets", { timeout: TIME_MS }, async () => {
      const run = stage.wscap(["live", "--backend", backend, "--count", "7"]);
      await run.capturing();
      await stage.peer("talk");
      const { code, events } = await run.ended;
      expect(code).toBe(0);
      expect(events.at(-1)).toMatchObject({ event: "capture-ended", endedBy: "count", totals: { packets: 7 } });
    });

    it("says that its backend was killed, and judges what came until then", { timeout: TIME_MS }, async () => {
      const run = stage.wscap(["live", "--backend", backend]);
      await run.capturing();
      await (await stage.peer("drop")).done;
      await run.event(({ event }) => event === "connection-closed");
      for (const child of childrenOf(run.pid)) process.kill(child, "SIGKILL");
      const { code, stderr, events } = await run.ended;
      expect([code, stderr]).toEqual([4, expect.stringContaining(`${backend} was ended from outside (SIGKILL).`)]);
      expect(events.some(isFinding("ws.close.no-close-frame"))).toBe(true);
      expect(events.at(-1)?.event).toBe("capture-ended");
    });

    it("refuses a filter that does not compile and an interface that is not there", { timeout: TIME_MS }, async () => {
      const bad = await stage.wscap(["live", "--backend", backend, "-f", "tcp prot 80"]).ended;
      expect([bad.code, bad.stderr]).toEqual([2, expect.stringContaining("The filter does not compile")]);
      const none = await stage.wscap(["live", "--backend", backend, "-i", "nope0"]).ended;
      expect([none.code, none.stderr]).toEqual([2, expect.stringContaining("There is no interface nope0.")]);
    });

    it("says that its interface was removed", { timeout: TIME_MS }, async () => {
      await stage.run("ip", "link", "add", "gone0", "type", "veth", "peer", "name", "gone1");
      await stage.run("ip", "link", "set", "gone0", "up");
      const run = stage.wscap(["live", "--backend", backend, "-i", "gone0"]);
      await run.capturing();
      await stage.run("ip", "link", "del", "gone0");
      const { code, stderr } = await run.ended;
      expect([code, stderr]).toEqual([4, expect.stringContaining("gone0 went away while it was captured.")]);
    });
  });
}

const unavailable = liveUnavailable("tcpdump");

describe.skipIf(unavailable !== null)(`two tcpdumps${unavailable === null ? "" : `: ${unavailable}`}`, () => {
  beforeEach(() => {
    stage = new Stage();
    folder = mkdtempSync(join(tmpdir(), "wscap-live-"));
  });
  afterEach(() => {
    stage.close();
    rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  });

  it("lose nothing of a burst, and no packet twice, when the patient one takes over and gives back", {
    timeout: TIME_MS,
  }, async () => {
    const kept = join(folder, "burst.pcapng");
    const run = stage.wscap(["live", "-i", "lo", "-w", kept]);
    await run.capturing();
    const [slow, fast] = [300, 20_000];
    let sentPackets = 0;
    for (const rate of [slow, fast, slow]) {
      sentPackets += Number(await stage.run("python3", sender, "lo", String(rate), "2"));
    }
    await new Promise((resolve) => setTimeout(resolve, 1500));
    const { code, events } = await run.stop();
    expect(code).toBe(0);
    const frames = events.filter(({ event }) => event === "frame");
    const texts = frames.map(({ text }) => String(text).slice(0, 20));
    expect(new Set(texts).size).toBe(texts.length);
    const [capture] = (events.at(-1) as LiveEvent)["captures"] as { packets: number; dropped: number }[];
    // Nothing is missing but what the kernel says that it dropped (on loopback it counts everything twice).
    expect((capture?.packets ?? 0) + (capture?.dropped ?? 0)).toBeGreaterThanOrEqual(sentPackets);
    expect(capture?.packets).toBeLessThanOrEqual(sentPackets);
  });

  it("tell the same packets as a tcpdump beside them, through bursts of real traffic", {
    timeout: TIME_MS,
  }, async () => {
    const [kept, beside] = [join(folder, "bursts.pcapng"), join(folder, "beside.pcap")];
    const reference = stage.start("tcpdump", "-i", "any", "-n", "-U", "-B", "65536", "-w", beside, "tcp port 8080");
    await reference.says("listening on");
    const run = stage.wscap(["live", "-w", kept]);
    await run.capturing();
    await (await stage.peer("bursts")).done;
    await run.event(({ event }) => event === "connection-closed");
    const { code, events } = await run.stop();
    await sleep(1500);
    await reference.stop();
    expect(code).toBe(0);
    const [{ dropped }] = (events.at(-1) as LiveEvent)["captures"] as [{ dropped: number }];
    // On a machine that is too busy the kernel's buffer overflows, and says so; what is lost unsaid is our fault.
    if (dropped > 0) throw new NotInTime(`reading what was captured: ${dropped} packets were dropped`);
    const fields = ["tcp.srcport", "tcp.seq_raw", "tcp.ack_raw", "tcp.len", "tcp.flags", "ip.id"];
    const told = (path: string): string[] =>
      execFileSync("tshark", ["-r", path, "-Y", "tcp", "-T", "fields", ...fields.flatMap((name) => ["-e", name])], {
        encoding: "utf8",
        stdio: ["ignore", "pipe", "ignore"],
        maxBuffer: 2 ** 26,
      })
        .trim()
        .split("\n");
    expect(told(kept).length).toBeGreaterThan(10_000);
    expect(told(kept)).toEqual(told(beside));
  });

  it("go on with the one that is left", { timeout: TIME_MS }, async () => {
    const run = stage.wscap(["live"]);
    await run.capturing();
    process.kill(childrenOf(run.pid)[0] as number, "SIGKILL");
    const peer = await stage.peer("drop");
    await peer.done;
    await run.event(isFinding("ws.close.no-close-frame"));
    expect((await run.stop()).code).toBe(0);
  });
});
