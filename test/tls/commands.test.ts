import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { block, bytesOf } from "../support/capture-builder.ts";
import { program, wscap } from "../support/run-cli.ts";
import { captureOf, certificateOf, converse } from "../support/tls-conversation.ts";

const directory = mkdtempSync(join(tmpdir(), "wscap-tls-commands-"));
afterAll(() => rmSync(directory, { recursive: true, force: true }));
const file = (name: string): string => join(directory, name);
let keyLog = "";

const words = (...values: number[]): Uint8Array => new Uint8Array(Uint32Array.from(values).buffer);

/** The capture as pcapng with a Decryption Secrets Block in front (draft-ietf-opsawg-pcapng §4.7). */
function withSecrets(pcap: Uint8Array, keys: string): Uint8Array {
  const secrets = new TextEncoder().encode(keys);
  const parts = [
    block(true, 0x0a0d0d0a, bytesOf(words(0x1a2b3c4d), new Uint8Array([1, 0, 0, 0]), words(0xffffffff, 0xffffffff))),
    block(true, 10, bytesOf(words(0x544c534b, secrets.length), secrets)),
    block(true, 1, words(1, 0)),
  ];
  const view = new DataView(pcap.buffer, pcap.byteOffset);
  for (let at = 24; at < pcap.length; ) {
    const length = view.getUint32(at + 8, true);
    const time = BigInt(view.getUint32(at, true)) * 1_000_000n + BigInt(view.getUint32(at + 4, true));
    const head = words(0, Number(time >> 32n), Number(time & 0xffffffffn), length, length);
    parts.push(block(true, 6, bytesOf(head, pcap.subarray(at + 16, at + 16 + length))));
    at += 16 + length;
  }
  return bytesOf(...parts);
}

beforeAll(async () => {
  const told = await converse(
    { ...certificateOf("ec"), minVersion: "TLSv1.3" },
    {
      headers: { Authorization: "Bearer t0ps3cr3t-t0ps3cr3t" },
    },
  );
  keyLog = told.keyLog;
  const capture = captureOf(told.pieces);
  writeFileSync(file("a.pcap"), capture);
  writeFileSync(file("keys.log"), keyLog);
  writeFileSync(file("other.log"), keyLog.replace(/[\da-f]{64} /g, `${"0".repeat(64)} `));
  writeFileSync(file("a.pcapng"), withSecrets(capture, keyLog));
});

test("--keylog and a Decryption Secrets Block say the same frames", async () => {
  const { stdout, code } = await wscap(["frames", "--format", "ndjson", "--keylog", file("keys.log"), file("a.pcap")]);
  expect(code).toBe(0);
  expect(stdout.trim().split("\n")).toHaveLength(14);
  expect((await wscap(["frames", "--format", "ndjson", file("a.pcapng")])).stdout).toBe(stdout);
});

test("a key log of something else, and the environment's, open nothing, and the first is told in one sentence", async () => {
  const { stdout } = await wscap(["report", "--keylog", file("other.log"), file("a.pcap")]);
  expect(stdout).toContain("TLS: not decrypted, the keys given hold no secret for one connection");
  const environment = { SSLKEYLOGFILE: file("keys.log") };
  const silent = await wscap(["report", "--format", "json", file("a.pcap")], { environment });
  expect(JSON.parse(silent.stdout).connections[0].tls).toMatchObject({ decrypted: false, why: "no-keys" });
});

test.each([
  ["is not there", "nothing.log", "There is no key log"],
  ["is no key log", "a.pcap", "holds no TLS secret"],
])("a file that %s is an error of its own", async (_, name, words) => {
  const { code, stderr } = await wscap(["report", "--keylog", file(name), file("a.pcap")]);
  expect([code, stderr]).toEqual([3, expect.stringContaining(words)]);
});

test("what is exported holds no keys, and nothing that these keys would open", async () => {
  const { code } = await wscap(["export", file("a.pcapng"), "-o", file("out.pcapng")]);
  expect(code).toBe(0);
  const bytes = readFileSync(file("out.pcapng")).toString("latin1");
  const secrets = [...keyLog.matchAll(/ ([\da-f]{64,96})$/gm)].map(([, secret]) => secret as string);
  expect(secrets.length).toBeGreaterThan(3);
  for (const secret of secrets) expect(bytes).not.toContain(secret);
  const again = await wscap(["frames", "--format", "ndjson", "--keylog", file("keys.log"), file("out.pcapng")]);
  expect(again.stdout).toBe("");
  // Headers and handshake are there still: sizes can be seen.
  const report = JSON.parse((await wscap(["report", "--format", "json", file("out.pcapng")])).stdout);
  expect(report.connections[0].tls).toMatchObject({ version: "TLS 1.3", decrypted: false });
});

test("tokens inside TLS are hidden in every report", async () => {
  for (const format of ["text", "json", "markdown", "html", "har"]) {
    const { stdout } = await wscap(["report", "--format", format, "--keylog", file("keys.log"), file("a.pcap")]);
    expect(stdout).not.toContain("t0ps3cr3t");
    expect(stdout).not.toContain(keyLog.slice(-80, -10));
  }
});

test.each([
  ["without keys", [], "free"],
  ["with them", ["--keylog", "keys.log"], "loaded"],
])("%s node:crypto is %s", async (_, options, expected) => {
  const args = [
    "report",
    file("a.pcap"),
    ...options.map((option) => (option.endsWith(".log") ? file(option) : option)),
  ];
  const probe = `process.argv = ["node", "wscap", ...${JSON.stringify(args)}];
    process.on("exit", () => process.stderr.write(process.moduleLoadList.includes("NativeModule crypto") ? "loaded" : "free"));
    await import(${JSON.stringify(program)});`;
  writeFileSync(file("probe.mjs"), probe);
  expect(spawnSync(process.execPath, [file("probe.mjs")], { encoding: "utf8" }).stderr).toBe(expected);
});
