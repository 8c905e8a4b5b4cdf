import { writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { relativeNs } from "../../../src/base/brand.ts";
import { formatTime } from "../../../src/base/time.ts";
import { openCaptureReader } from "../../../src/pcap/open-capture-reader.ts";
import { enhancedPacketBlock, interfaceDescriptionBlock, sectionHeaderBlock } from "../../../src/pcap/pcapng-writer.ts";
import { RecordingSink } from "../../support/capture-recorder.ts";
import { captureBytes, readPackets } from "../../support/read-capture.ts";
import { wscap } from "../../support/run-cli.ts";
import { retimedCopy } from "../../support/stepped-copy.ts";

const FILE = "captures/frozen-client.pcap";
/** Its first packet, as tshark tells it. */
const FIRST_NS = 1_795_189_976_724_497_000n;
const LAST_SECONDS = 1_000_000_000;

interface Item {
  readonly packet: number;
  readonly time: string;
  readonly inFile?: { readonly file: string; readonly packet: number };
}
interface Finding {
  readonly rule: string;
  readonly title: string;
  readonly time: string;
  readonly evidence: readonly Item[];
}
interface Report {
  readonly findings: readonly Finding[];
  readonly connections: readonly { readonly startTime: string; readonly endTime: string }[];
  readonly joins: readonly { readonly kind: string; readonly clockOffsetMs: number | null }[];
}

const reportOf = async (...files: string[]): Promise<Report> =>
  JSON.parse((await wscap(["report", "--format", "json", ...files])).stdout);
const told = ({ findings }: Report) =>
  findings.filter(({ rule }) => rule !== "capture.clock-stepped").map(({ rule, title }) => `${rule} ${title}`);
/** The other end's capture of the same conversation: its clock is five seconds ahead. */
const otherEnd = (more: (packet: number) => number): string =>
  retimedCopy(FILE, (packet) => 5 + more(packet), "other.pcap");

test.each<[string, (packet: number) => number, string]>([
  ["set forward by a minute", (packet) => (packet >= 23 ? 60 : 0), "set forward by 60 s"],
  ["with one wild time", (packet) => (packet === 23 ? LAST_SECONDS : 0), "One packet"],
])("the clock of one of two captures, %s, changes nothing but that it is told", async (_, more, words) => {
  const right = await reportOf(
    FILE,
    otherEnd(() => 0),
  );
  const copy = otherEnd(more);
  const wrong = await reportOf(FILE, copy);
  expect(told(right).join()).toContain("capture.both-ends");
  expect(told(wrong)).toEqual(told(right));
  expect(wrong.joins).toEqual(right.joins);
  const stepped = wrong.findings.filter(({ rule }) => rule === "capture.clock-stepped");
  expect(stepped).toHaveLength(1);
  expect(stepped[0]?.title).toContain(words);
  // By its number in both, and in its own file.
  expect(stepped[0]?.evidence[0]?.inFile).toEqual({ file: copy, packet: 23 });
});

test("times of day are those of the file that each packet is in", async () => {
  const right = await reportOf(
    FILE,
    otherEnd(() => 0),
  );
  const copy = otherEnd((packet) => (packet >= 23 ? 60 : 0));
  const wrong = await reportOf(FILE, copy);
  const itemsOf = ({ findings }: Report) =>
    findings.filter(({ rule }) => rule !== "capture.clock-stepped").flatMap(({ evidence }) => evidence);
  const items = itemsOf(wrong);
  expect(items.length).toBeGreaterThan(3);
  for (const [index, item] of items.entries()) {
    const late = item.inFile?.file === copy && item.inFile.packet >= 23 ? 60_000 : 0;
    expect(Date.parse(item.time) - Date.parse(itemsOf(right)[index]?.time ?? "")).toBe(late);
  }
  const ends = ({ connections }: Report) => connections.map(({ endTime }) => Date.parse(endTime));
  expect(ends(wrong).map((ms, index) => ms - (ends(right)[index] ?? 0))).toEqual([0, 60_000]);
});

test("packets of both are exported as they lie in their files, with the comments that belong to them", async () => {
  const copy = otherEnd((packet) => (packet === 9 ? LAST_SECONDS : 0));
  const shown = (await reportOf(FILE, copy)).findings.flatMap(({ evidence }) => evidence.map(({ inFile }) => inFile));
  const bytesIn = (file: string, wanted: ReadonlySet<number>): string[] => {
    const found: string[] = [];
    readPackets(captureBytes(file), ({ packetNumber, bytes, start, capturedLength }) => {
      if (wanted.has(packetNumber)) found.push(Buffer.from(bytes.slice(start, start + capturedLength)).toString("hex"));
    });
    return found;
  };
  const out = join(dirname(copy), "out.pcapng");
  await wscap(["export", "--no-redact", "-o", out, FILE, copy]);
  const sink = new RecordingSink();
  const reader = openCaptureReader(0, sink, { ns: null });
  reader.push(captureBytes(out));
  reader.end();
  while (reader.next());
  const commented = new Set(sink.comments.map(({ packetNumber }) => packetNumber).filter((packet) => packet > 0));
  const evidence = [FILE, copy].flatMap((file) =>
    bytesIn(file, new Set(shown.flatMap((home) => (home?.file === file ? home.packet : [])))),
  );
  expect(evidence.length).toBeGreaterThan(4);
  expect(bytesIn(out, commented).sort()).toEqual(evidence.sort());
});

test("a capture that goes on where another one ended goes on with its clock", async () => {
  const late = (packet: number): number => (packet >= 23 ? 60 : 0);
  const first = retimedCopy(FILE, (packet) => (packet <= 30 ? late(packet) : null), "first.pcap");
  const second = retimedCopy(FILE, (packet) => (packet > 30 ? late(packet) : null), "second.pcap");
  const { findings, connections } = await reportOf(first, second);
  const whole = await reportOf(FILE);
  expect(told({ findings, connections, joins: [] })).toEqual(told(whole));
  const last = ({ connections: [one] }: Pick<Report, "connections">) => Date.parse(one?.endTime ?? "");
  expect(last({ connections }) - last(whole)).toBe(60_000);
});

test("a comment in a capture is told with its packet, and with the time that the file has there", async () => {
  const copy = otherEnd((packet) => (packet >= 23 ? 60 : 0));
  const blocks = [sectionHeaderBlock({ application: "" }), interfaceDescriptionBlock({ linkType: 1, snapLength: 0 })];
  let pongNs = 0n;
  readPackets(captureBytes(copy), (view) => {
    const timeNs = FIRST_NS + 5_000_000_000n + BigInt(view.timestampNs);
    if (view.packetNumber === 23) pongNs = timeNs;
    const comments = view.packetNumber === 23 ? { comments: ["the pong"] } : {};
    blocks.push(enhancedPacketBlock({ ...view, interfaceId: 0, timeNs, ...comments }));
  });
  const commented = join(dirname(copy), "commented.pcapng");
  writeFileSync(commented, Buffer.concat(blocks));
  for (const [files, wanted] of [
    [[commented], 23],
    [[FILE, commented], 53],
  ] as const) {
    const { annotations } = JSON.parse((await wscap(["report", "--format", "json", ...files])).stdout);
    expect(annotations).toMatchObject([{ packet: wanted, text: "the pong" }]);
    expect(annotations[0].time).toBe(formatTime(pongNs, relativeNs(0)));
  }
});
