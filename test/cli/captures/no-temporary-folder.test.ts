import { expect, test, vi } from "vitest";
import { withReadableAgain } from "../../../src/cli/captures/readable-again.ts";
import { makeFifo } from "../../../src/source/live/stream-ends.ts";

vi.mock("node:fs", async (original) => ({
  ...(await original<typeof import("node:fs")>()),
  mkdtempSync: () => {
    throw Object.assign(new Error("no space left"), { code: "ENOSPC" });
  },
}));

const told = { messageId: "temporary.unwritable", args: expect.objectContaining({ reason: "ENOSPC" }) };

test("without room for temporary files a pipe cannot be read twice: input", async () => {
  const read = withReadableAgain(["-"], new AbortController().signal, () => Promise.resolve());
  await expect(read).rejects.toMatchObject({ ...told, exitCode: 3 });
});

test("without room for temporary files nothing can be captured through one", () => {
  expect(() => makeFifo(null)).toThrow(expect.objectContaining({ ...told, exitCode: 4 }));
});
