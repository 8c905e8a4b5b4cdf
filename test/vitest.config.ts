import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.{ts,tsx}"],
    environment: "node",
    // A limit against hangs, generous for slow and busy machines: no test is about speed.
    testTimeout: 180_000,
    hookTimeout: 180_000,
    reporters: process.env["CI"] ? ["default"] : ["dot"],
    maxWorkers: 2,
    // Many tests drive real servers, terminals and captures: on a busy machine one may lose a race that says nothing of us.
    retry: process.env["CI"] ? 2 : 0,
  },
});
