import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { program, root } from "../support/run-cli.ts";

/** Feeds standard input without ending it, as a remote tcpdump does, and presses Ctrl-C. */
async function interrupted(bytes: Uint8Array): Promise<{ code: number; stdout: string; stderr: string }> {
  const child = spawn(process.execPath, [program, "report", "-"], { cwd: root, env: { LC_ALL: "C" }, stdio: "pipe" });
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (chunk: Buffer) => {
    stdout += chunk.toString();
  });
  child.stderr.on("data", (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  child.stdin.write(bytes);
  // Started, and what was written has been read.
  await sleep(3000);
  child.kill("SIGINT");
  const [code] = (await once(child, "close")) as [number];
  return { code, stdout, stderr };
}

test("Ctrl-C while a capture comes in reports what there is", async () => {
  const bytes = await readFile(`${root}/captures/clean-close.pcap`);
  const { code, stdout, stderr } = await interrupted(bytes);
  expect([code, stderr]).toEqual([0, ""]);
  expect(stdout).toContain("Interrupted while reading -");
  expect(stdout).toContain("clean, 1000");
});

test("Ctrl-C before the first packet leaves no result", async () => {
  const { code, stdout, stderr } = await interrupted(new Uint8Array());
  expect([code, stdout]).toEqual([130, ""]);
  expect(stderr).toBe("wscap: Interrupted before there was a result.\n");
});
