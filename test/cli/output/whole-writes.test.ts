import fs from "node:fs";
import { afterEach, expect, test, vi } from "vitest";
import { writeWhole } from "../../../src/cli/output/whole-writes.ts";

vi.mock("node:fs", async (original) => {
  const actual = await original<typeof import("node:fs")>();
  const mocked = { ...actual, fstatSync: vi.fn(() => ({ isFile: () => true })), writeSync: vi.fn() };
  return { ...mocked, default: mocked };
});
afterEach(() => vi.clearAllMocks());

const streamed = (...answers: readonly (number | Error)[]): { error: Error | null | undefined; at: unknown[] } => {
  const write = vi.mocked(fs.writeSync);
  for (const answer of answers)
    write.mockImplementationOnce(() => {
      if (answer instanceof Error) throw answer;
      return answer;
    });
  const stream = { fd: 1, _write: () => expect.unreachable() } as unknown as Parameters<typeof writeWhole>[0];
  writeWhole(stream);
  let told: Error | null | undefined;
  stream._write(Buffer.alloc(10), "utf8", (error) => {
    told = error;
  });
  return { error: told, at: write.mock.calls.map((call) => call[2]) };
};

test("what a file took only a part of is written on", () => {
  expect(streamed(4, 6)).toEqual({ error: undefined, at: [0, 4] });
});

test("a disk that is full after a part is told", () => {
  const full = Object.assign(new Error("no space"), { code: "ENOSPC" });
  expect(streamed(4, full)).toEqual({ error: full, at: [0, 4] });
});
