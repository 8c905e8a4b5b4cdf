import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { changed, living, mergeNotes, newNote } from "../../src/annotations/notes.ts";
import { isStranded, readSidecar, sidecarName, writeSidecar } from "../../src/annotations/sidecar.ts";
import { type Anchor, type Note, noteTags } from "../../src/annotations/types.ts";

const TIME = "2026-11-20T15:52:54.883000000Z";
const capture = { name: "trouble.pcapng", bytes: 1234, firstPacketTime: TIME };
const at = (packet: number): Anchor => ({ kind: "packet", packet, time: TIME });
const note = (id: string, packet: number, text: string, now = "2026-11-20T16:00:00.000Z"): Note =>
  newNote({ id, anchor: at(packet), text, author: "ann", tag: "none" }, now);

const anchors = fc.oneof(
  fc.constant<Anchor>({ kind: "capture" }),
  fc.integer({ min: 1, max: 9 }).map(at),
  fc.integer({ min: 1, max: 9 }).map((packet): Anchor => ({ kind: "frame", packet, time: TIME, frame: packet % 3 })),
  fc
    .integer({ min: 1, max: 9 })
    .map((packet): Anchor => ({ kind: "connection", packet, time: TIME, client: "a:1", server: "b:2" })),
);
const notes = fc.array(
  fc.record({
    id: fc.constantFrom("a", "b", "c", "d"),
    anchor: anchors,
    text: fc.string({ unit: "grapheme" }),
    author: fc.string(),
    tag: fc.constantFrom(...noteTags),
    createdAt: fc.constantFrom("2026-11-20T16:00:00.000Z", "2026-11-20T17:00:00.000Z"),
    updatedAt: fc.constantFrom("2026-11-20T18:00:00.000Z", "2026-11-20T19:00:00.000Z"),
    deleted: fc.boolean(),
  }),
  { maxLength: 6 },
);

describe("notes", () => {
  it("merges two writers: both new notes stay, the later version of a shared one wins", () => {
    const shared = note("s", 5, "first");
    const ours = [changed(shared, { text: "ours" }, "2026-11-20T16:00:02.000Z"), note("a", 9, "new here")];
    const theirs = [changed(shared, { text: "theirs" }, "2026-11-20T16:00:01.000Z"), note("b", 2, "new there")];
    expect(mergeNotes(ours, theirs).map(({ id, text }) => [id, text])).toEqual([
      ["b", "new there"],
      ["s", "ours"],
      ["a", "new here"],
    ]);
  });

  it("does not bring a deleted note back", () => {
    const shared = note("s", 5, "gone");
    const deleted = changed(shared, { deleted: true }, "2026-11-20T16:00:02.000Z");
    expect(living(mergeNotes([deleted], [shared]))).toEqual([]);
    expect(deleted.text).toBe("");
  });

  it("makes a change later than what it changes, even when the clock went back", () => {
    const first = note("s", 5, "first", "2026-11-20T16:00:00.000Z");
    const second = changed(first, { text: "second" }, "2026-11-20T15:00:00.000Z");
    expect(mergeNotes([first], [second])[0]?.text).toBe("second");
  });

  it("merges alike whoever comes first, and again without change", () => {
    fc.assert(
      fc.property(notes, notes, (a, b) => {
        const once = mergeNotes(a, b);
        const ids = new Set([...a, ...b].map(({ id }) => id));
        expect(new Set(once.map(({ id }) => id))).toEqual(ids);
        expect(mergeNotes(once, b).map(({ id, updatedAt }) => [id, updatedAt])).toEqual(
          once.map(({ id, updatedAt }) => [id, updatedAt]),
        );
      }),
    );
  });
});

describe("sidecar", () => {
  it("stands beside the capture and can be diffed: a line a field, sorted by what notes are about", () => {
    expect(sidecarName("a/trouble.pcapng")).toBe("a/trouble.pcapng.wscap.json");
    const text = writeSidecar(capture, [note("late", 9, "line one\n第二行"), note("early", 1, "x")]);
    expect(text.indexOf('"early"')).toBeLessThan(text.indexOf('"late"'));
    expect(text).toContain('"text": "line one\\n第二行"');
    expect(text.endsWith("}\n")).toBe(true);
  });

  it("reads what it wrote", () => {
    fc.assert(
      fc.property(notes, (some) => {
        const merged = mergeNotes(some, []);
        const reading = readSidecar(writeSidecar(capture, merged));
        expect(reading).toEqual({ kind: "read", sidecar: { schemaVersion: 1, capture, notes: merged } });
      }),
    );
  });

  it.each([
    ["", "damaged"],
    ["{", "damaged"],
    ["[]", "damaged"],
    ['{"schemaVersion":1}', "damaged"],
    ['{"schemaVersion":1,"capture":{"name":"x","bytes":1,"firstPacketTime":null},"notes":[{"id":1}]}', "damaged"],
    ['{"schemaVersion":2,"anything":true}', "newer"],
  ])("says of %s that it is %s", (text, kind) => {
    expect(readSidecar(text).kind).toBe(kind);
  });

  it("knows another capture under the same name", () => {
    expect(isStranded(capture, capture)).toBe(false);
    expect(isStranded(capture, { ...capture, bytes: 9999 })).toBe(false);
    expect(isStranded(capture, { ...capture, firstPacketTime: "2027-01-01T00:00:00.000000000Z" })).toBe(true);
  });
});
