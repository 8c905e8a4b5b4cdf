import { expect, test } from "vitest";
import { LiveSource } from "../../../src/source/live/live-source.ts";
import type { Backend, CaptureRequest } from "../../../src/source/live/types.ts";

const CHUNK_BYTES = 65_536;
const CHUNKS = 60;
/** Writes as its reader takes it, and loses the rest when it is asked to end, as tcpdump loses what the kernel still holds. */
const WRITER = `
  process.on("SIGINT", () => process.exit(0));
  setInterval(() => undefined, 1000);
  let left = ${CHUNKS};
  const go = () => { if (left-- > 0) process.stdout.write(Buffer.alloc(${CHUNK_BYTES}), go); };
  go();
`;

const writer: Backend = {
  name: "dumpcap",
  timestamps: "kernel",
  tellsDrops: "never",
  command: () => ({
    program: process.execPath,
    args: ["-e", WRITER],
    output: "stdout",
    stopBy: "interrupt",
    holdsBack: false,
    countersBy: null,
  }),
};

const request: CaptureRequest = {
  interfaceName: "any",
  filter: "",
  snapLengthBytes: 65_600,
  bufferBytes: 65_536,
  highRate: false,
  packetCount: null,
  owner: null,
};

test("whoever is behind reads what came until it was stopped", { timeout: 30_000 }, async () => {
  const source = await LiveSource.start(writer, request);
  let chunks = 0;
  for await (const _chunk of source.chunks()) {
    if (chunks++ === 3) source.stop();
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  expect(source.readBytes).toBe(CHUNKS * CHUNK_BYTES);
  expect(source.failure).toBeNull();
});
