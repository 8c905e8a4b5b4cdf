// Loaded into wscap by the endurance bench: at SIGUSR2 writes its memory, after a full collection, to file descriptor 3.
import { writeSync } from "node:fs";

const MIB = 1024 * 1024;
const TELL = 3;

process.on("SIGUSR2", () => {
  const { rss: rssBefore, heapTotal: heapBefore } = process.memoryUsage();
  globalThis.gc?.();
  const { rss, heapTotal, heapUsed, external, arrayBuffers } = process.memoryUsage();
  const told = Object.entries({ rssBefore, rss, heapBefore, heapTotal, heapUsed, external, arrayBuffers });
  writeSync(TELL, `${JSON.stringify(Object.fromEntries(told.map(([name, bytes]) => [name, bytes / MIB])))}\n`);
});
