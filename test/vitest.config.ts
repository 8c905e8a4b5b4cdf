import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.{ts,tsx}"],
    environment: "node",
    setupFiles: "test/support/all-texts.ts",
    // A limit against hangs, generous for slow and busy machines: no test is about speed.
    testTimeout: 180_000,
    hookTimeout: 180_000,
    reporters: process.env["CI"] ? ["default"] : ["dot"],
    maxWorkers: 2,
    // Never a wrong verdict: one that is right at the second try is wrong at times, and hiding that has let one pass before.
    // Only where a test waited for the machine is it played again: a capture that had not begun, a screen of tmux or a
    // program that was not there within its patience (test/support/not-in-time.ts).
    retry: process.env["CI"] ? { count: 2, condition: /^not in time: / } : 0,
  },
});
