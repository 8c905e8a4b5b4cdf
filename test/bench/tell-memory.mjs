// Loaded into wscap by the endurance bench: at SIGUSR2 writes its memory, after a full collection, to file descriptor 3.
import { writeSync } from "node:fs";

const MIB = 1024 * 1024;
const TELL = 3;

process.on("SIGUSR2", () => {
  const rssBefore = process.memoryUsage.rss();
  globalThis.gc?.();
  const { rss, heapUsed, external, arrayBuffers } = process.memoryUsage();
  const told = Object.entries({ rssBefore, rss, heapUsed, external, arrayBuffers });
  writeSync(TELL, `${JSON.stringify(Object.fromEntries(told.map(([name, bytes]) => [name, bytes / MIB])))}\n`);
});
