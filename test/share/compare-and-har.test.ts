import { expect, test } from "vitest";
import { wscap } from "../support/run-cli.ts";

const GOOD = "captures/clean-close.pcap";

test("--compare names what differs first, and lists what is alike", async () => {
  const { stdout, code } = await wscap(["report", GOOD, "captures/forbidden-403.pcap", "--compare"]);
  expect(code).toBe(0);
  expect(stdout).toContain("They first differ in: origin. A: http://192.168.50.10:5173. B: http://evil.example.");
  expect(stdout).toMatch(/^≠ status +101 Switching Protocols +403 Forbidden$/m);
  expect(stdout).toMatch(/^ {2}client MSS +1460 +1460$/m);
});

test("--compare of a capture with itself finds nothing", async () => {
  const { stdout } = await wscap(["report", GOOD, GOOD, "--compare"]);
  expect(stdout).toContain("do not differ");
  expect(stdout).not.toContain("≠");
});

test("--compare as JSON", async () => {
  const { stdout } = await wscap(["report", GOOD, "captures/frozen-client.pcap", "--compare", "--format", "json"]);
  const { schema, rows } = JSON.parse(stdout);
  expect(schema).toBe("wscap-comparison/1");
  expect(rows.find((row: { name: string }) => row.name === "pings without pong")).toMatchObject({ a: "0", b: "3" });
});

test("--compare needs two", async () => {
  expect(await wscap(["report", GOOD, "--compare"])).toMatchObject({ code: 2 });
});

test("HAR 1.2: the upgrade with its messages, in order, both ways", async () => {
  const { stdout } = await wscap(["report", "--format", "har", "captures/compressed-fragmented.pcap"]);
  const { log } = JSON.parse(stdout);
  expect(log.version).toBe("1.2");
  const [entry] = log.entries;
  // HAR 1.2 §entries: what every reader needs.
  for (const key of ["startedDateTime", "time", "request", "response", "cache", "timings"])
    expect(entry).toHaveProperty(key);
  expect(Number.isNaN(Date.parse(entry.startedDateTime))).toBe(false);
  expect(entry.request).toMatchObject({ method: "GET", httpVersion: "HTTP/1.1", cookies: [], headersSize: -1 });
  expect(entry.request.url).toMatch(/^ws:\/\/192\.168\.50\.10:8080\//);
  expect(entry.response.status).toBe(101);
  const messages = entry._webSocketMessages as { type: string; time: number; opcode: number; data: string }[];
  const report = JSON.parse(
    (await wscap(["report", "--format", "json", "captures/compressed-fragmented.pcap"])).stdout,
  );
  const { client, server } = report.connections[0].messages;
  expect(messages.filter(({ type }) => type === "send").length).toBe(client.text + client.binary);
  expect(messages.filter(({ type }) => type === "receive").length).toBe(server.text + server.binary);
  const times = messages.map(({ time }) => time);
  expect(times).toEqual([...times].sort((a, b) => a - b));
  expect(times[0]).toBeCloseTo(Date.parse(entry.startedDateTime) / 1000, 0);
});
