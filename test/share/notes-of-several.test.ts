import { copyFile, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { changed, newNote } from "../../src/annotations/notes.ts";
import { sidecarName } from "../../src/annotations/sidecar.ts";
import type { Anchor, Note } from "../../src/annotations/types.ts";
import { formatTime } from "../../src/base/time.ts";
import { openFeeds } from "../../src/cli/captures/capture-feeds.ts";
import { NotesOfCaptures } from "../../src/cli/captures/notes-of-captures.ts";
import { PacketHomes } from "../../src/cli/captures/packet-homes.ts";
import { NoteKeeper } from "../../src/cli/screen/note-keeper.ts";
import { type LateNotes, NoteWatch } from "../../src/cli/screen/note-watch.ts";
import type { CaptureOrigin } from "../../src/pcap/types.ts";
import { LoadSession } from "../../src/session/load-session.ts";
import type { Analysis } from "../../src/store/types.ts";
import { pcapFile } from "../support/capture-builder.ts";
import { tcpPacket } from "../support/packet-builder.ts";
import { wscap } from "../support/run-cli.ts";

let folder = "";
let files: string[] = [];

/** Two captures whose packets come in turns: packet n of the first is 2n - 1 of both, of the second 2n. */
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "wscap-notes-"));
  files = [join(folder, "a.pcap"), join(folder, "b.pcap")];
  for (const [index, path] of files.entries()) {
    const ends = [`10.0.0.${index + 1}:1001`, "10.0.0.9:8080"] as const;
    const packets = [0, 1, 2, 3].map((turn) => {
      const [from, to] = turn % 2 === 0 ? ends : [ends[1], ends[0]];
      const data = tcpPacket({ from, to, flags: turn % 2 === 0 ? "S" : "RA", seq: 5, ack: 6, link: "raw" });
      return { seconds: 1_700_000_000 + 2 * turn + index, fraction: 0, data };
    });
    await writeFile(path, pcapFile(packets, { linkType: 101 }));
  }
});
afterEach(() => rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 }));

interface Opened {
  /** What could be shown before anything was read. */
  readonly early: readonly Note[];
  readonly keeper: NoteKeeper;
  readonly late: LateNotes;
  readonly analysis: Analysis;
  save(notes: readonly Note[]): ReturnType<NoteKeeper["save"]>;
}

/** As `load` does it, without a screen. */
async function open(paths: readonly string[], isWhole = true): Promise<Opened> {
  const keeper = await NoteKeeper.open(paths.map(sidecarName), "en");
  const early = keeper.notes;
  const watch = new NoteWatch(new NotesOfCaptures(keeper.byBook), keeper.homes);
  const origin: CaptureOrigin = { ns: null };
  const events = { onMalformed: () => undefined, onComment: watch.onComment, keys: null, homes: keeper.homes };
  const captures = await openFeeds(paths, origin, events);
  const session = new LoadSession({
    ...captures,
    order: watch.over(captures.inTime),
    origin,
    ports: [],
    seed: 1,
    nowMs: () => performance.now(),
    breathe: () => Promise.resolve(),
  });
  const analysis = await session.run();
  const late = watch.settle(analysis, isWhole);
  keeper.know(late);
  const save = (notes: readonly Note[]) => keeper.save(notes, session.getSnapshot().capture, captures.facts());
  return { early, keeper, late, analysis, save };
}

const at = (packet: number, seconds: number): Anchor => ({
  kind: "packet",
  packet,
  time: formatTime(BigInt(1_700_000_000 + seconds) * 1_000_000_000n, 0 as Parameters<typeof formatTime>[1]),
});
const note = (id: string, anchor: Anchor): Note =>
  newNote({ id, anchor, text: `text of ${id}`, author: "me", tag: "none" }, "2026-01-01T00:00:00.000Z");

interface Kept {
  readonly capture: { readonly name: string; readonly bytes: number };
  readonly notes: readonly { readonly id: string; readonly text: string; readonly anchor: { packet?: number } }[];
}
const kept = async (path = ""): Promise<Kept> => JSON.parse(await readFile(sidecarName(path), "utf8"));
const shownOf = ({ shown }: LateNotes): unknown[] =>
  shown.map(({ id, anchor }) => [id, anchor.kind === "capture" ? 0 : anchor.packet]).sort();
const annotate = async (path = "", packet = 1, text = ""): Promise<void> => {
  expect(await wscap(["annotate", path, "--packet", String(packet), text])).toMatchObject({ code: 0 });
};

describe("notes of captures that are loaded together", () => {
  const [first, second] = [() => files[0] ?? "", () => files[1] ?? ""];

  test("all of them show, where their packets are now", async () => {
    await annotate(first(), 2, "in a");
    await annotate(second(), 2, "in b");
    const { early, late } = await open(files);
    expect(late.shown.map(({ text, anchor }) => [text, "packet" in anchor && anchor.packet])).toEqual([
      ["in a", 3],
      ["in b", 4],
    ]);
    expect(late.stranded).toEqual([]);
    // Nobody can say where they are before all was read.
    expect(early).toEqual([]);
  });

  test("a new one is kept beside the capture of its packet, as if that had been opened alone", async () => {
    const { save } = await open(files);
    const fresh = [note("one", at(5, 4)), note("two", at(8, 7))];
    expect(await save(fresh)).toEqual({
      notes: fresh,
      message: `notes kept in ${files.map(sidecarName).join(", ")}`,
      failed: false,
    });
    expect((await kept(first())).notes).toMatchObject([{ id: "one", anchor: { packet: 3 } }]);
    expect(await kept(second())).toMatchObject({
      capture: { name: "b.pcap", bytes: (await stat(second())).size },
      notes: [{ id: "two", anchor: { packet: 4 } }],
    });
    expect(shownOf((await open(files)).late)).toEqual([
      ["one", 5],
      ["two", 8],
    ]);
    const alone = await open([second()]);
    expect(shownOf(alone.late)).toEqual([["two", 4]]);
    expect(alone.late.stranded).toEqual([]);
  });

  test("numbers that blocks without a packet take count in their own capture", () => {
    const homes = new PacketHomes();
    const view = (captureIndex: number) => ({ captureIndex }) as Parameters<PacketHomes["add"]>[0];
    for (const [capture, own] of [
      [0, 1],
      [1, 3],
      [0, 2],
      [1, 4],
      [1, 7],
    ] as const)
      homes.add(view(capture), own);
    expect([1, 2, 3, 4, 5].map((packet) => homes.of(packet)?.packet)).toEqual([1, 3, 2, 4, 7]);
    for (const packet of [1, 2, 3, 4, 5]) {
      const home = homes.of(packet);
      expect(home === null ? null : homes.overall(home)).toBe(packet);
    }
  });

  test("numbers are right behind any number of packets", () => {
    const homes = new PacketHomes();
    const counts = [0, 0, 0];
    const expected = Array.from({ length: 200_000 }, (_, index) => {
      const capture = index % 7 === 0 ? 2 : index % 2;
      const packet = (counts[capture] ?? 0) + 1;
      counts[capture] = packet;
      homes.add({ captureIndex: capture } as Parameters<PacketHomes["add"]>[0], packet);
      return { capture, packet };
    });
    for (const packet of [1, 65_536, 65_537, 131_073, 200_000]) expect(homes.of(packet)).toEqual(expected[packet - 1]);
    expect(homes.of(200_001)).toBeNull();
  });

  test("a report names the file of each packet, and its number in there", async () => {
    const { stdout } = await wscap(["report", "--format", "json", ...files]);
    const evidence = JSON.parse(stdout).findings.flatMap((finding: { evidence: object[] }) => finding.evidence);
    expect(evidence.length).toBeGreaterThan(1);
    // Packet n of the first capture is 2n - 1 of both, of the second 2n.
    for (const { packet, inFile } of evidence)
      expect(inFile).toEqual({ file: packet % 2 === 1 ? files[0] : files[1], packet: Math.ceil(packet / 2) });
    const text = await wscap(["report", ...files]);
    expect(text.stdout).toMatch(/ 1 +\+0\.000 {2}a\.pcap 1: /);
    const alone = await wscap(["report", "--format", "json", second()]);
    expect(alone.stdout).not.toContain("inFile");
    const { stdout: markdown } = await wscap(["report", "--format", "markdown", ...files]);
    for (const name of ["a.pcap", "b.pcap"])
      expect(markdown).toMatch(new RegExp(`Packets to look at, ${name}: \`frame\\.number in \\{1, 2`));
    expect(markdown).toContain("tshark -r CAPTURE -Y 'FILTER'");
  });

  test("one that is changed or taken away is so in its own sidecar, and no other is touched", async () => {
    await annotate(second(), 2, "in b");
    const { late, save } = await open(files);
    const [before] = late.shown;
    if (before === undefined) throw new Error("no note");
    const after = changed(before, { text: "still in b" }, "2100-01-01T00:00:00.000Z");
    expect(await save([after])).toMatchObject({ message: `notes kept in ${sidecarName(second())}`, failed: false });
    expect((await kept(second())).notes).toMatchObject([{ text: "still in b", anchor: { packet: 2 } }]);
    await expect(stat(sidecarName(first()))).rejects.toThrow("ENOENT");
    await save([changed(after, { deleted: true }, after.updatedAt)]);
    expect((await open(files)).late.shown).toEqual([]);
    expect((await kept(second())).notes).toMatchObject([{ id: before.id, deleted: true }]);
  });

  test("one by the number over all, of an earlier wscap, keeps its place and its sidecar", async () => {
    // Packet 4 of both is packet 2 of b.
    const capture = { name: "a.pcap", bytes: 0, firstPacketTime: null };
    const sidecar = { schemaVersion: 1, capture, notes: [note("old", at(4, 3))] };
    await writeFile(sidecarName(first()), JSON.stringify(sidecar));
    const { late, save } = await open(files);
    expect(shownOf(late)).toEqual([["old", 4]]);
    await save(late.shown.map((old) => changed(old, { tag: "red" }, "2100-01-01T00:00:00.000Z")));
    expect((await kept(first())).notes).toMatchObject([{ id: "old", tag: "red", anchor: { packet: 4 } }]);
    await expect(stat(sidecarName(second()))).rejects.toThrow("ENOENT");
  });

  test("one about another capture is not shown, is told of, and stays", async () => {
    await annotate(first(), 2, "about a");
    await copyFile(sidecarName(first()), sidecarName(second()));
    await rm(sidecarName(first()));
    const { late, save } = await open(files);
    // Its time is that of no packet of b: by its number over all it is another one's as well.
    expect([late.shown, late.stranded.length]).toEqual([[], 1]);
    const { notes } = await save([note("new", at(4, 3))]);
    expect(notes.map(({ id }) => id)).toEqual(["new"]);
    expect((await kept(second())).notes.map(({ text }) => text).sort()).toEqual(["about a", "text of new"]);
  });

  test("while reading is not over, or was stopped, nothing that is there is lost", async () => {
    await annotate(first(), 2, "in a");
    expect((await open(files, false)).late.stranded).toEqual([]);
    const early = await NoteKeeper.open(files.map(sidecarName), "en");
    const capture = { ...(await open(files)).analysis.captures[0], name: "a" } as Parameters<NoteKeeper["save"]>[1];
    expect((await early.save([note("early", { kind: "capture" })], capture, [])).notes).toHaveLength(1);
    expect((await kept(first())).notes.map(({ text }) => text).sort()).toEqual(["in a", "text of early"]);
  });

  test("what somebody else writes in the meantime is shown in its place", async () => {
    const { save } = await open(files);
    await annotate(second(), 3, "a colleague's");
    const { notes } = await save([note("mine", at(2, 1))]);
    expect(notes.map(({ text, anchor }) => [text, "packet" in anchor && anchor.packet])).toEqual([
      ["text of mine", 2],
      ["a colleague's", 6],
    ]);
  });

  test("a damaged sidecar is left alone; the others are not concerned", async () => {
    await annotate(first(), 2, "in a");
    await writeFile(sidecarName(second()), "{ not json");
    const { keeper, late, save } = await open(files);
    expect(keeper.damaged).toBe(sidecarName(second()));
    expect(late.shown).toHaveLength(1);
    await save([note("two", at(2, 1))]);
    expect(await readFile(sidecarName(second()), "utf8")).toBe("{ not json");
    expect(await readFile(`${second()}.wscap.2.json`, "utf8")).toContain("text of two");
    expect((await kept(first())).notes).toHaveLength(1);
  });
});
