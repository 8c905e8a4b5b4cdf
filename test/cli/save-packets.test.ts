import { expect, test } from "vitest";
import { replayOf } from "../../src/cli/screen/replay.ts";
import { savePackets } from "../../src/cli/screen/save-packets.ts";
import { captureBytes, readPackets } from "../support/read-capture.ts";
import { steppedCopy } from "../support/stepped-copy.ts";

/** Each packet's seconds since the first one, as the file has them. */
function timesOf(path: string): number[] {
  const times: number[] = [];
  readPackets(captureBytes(path), ({ timestampNs }) => times.push(timestampNs));
  return times;
}

test("packets are saved with the times of their file, though its clock was set forward", async () => {
  const copy = steppedCopy("captures/frozen-client.pcap", 23, 3600);
  const saved = `${copy}ng`;
  await savePackets(saved, {
    replay: replayOf({
      paths: () => [copy],
      packetsGone: () => 0,
      isInTime: true,
      originNs: () => null,
      onProgress: () => undefined,
    }),
    originNs: 1_700_000_000_000_000_000n,
    connections: null,
    notes: [],
    application: "test",
  });
  const times = timesOf(saved);
  expect(times).toEqual(timesOf(copy));
  expect(times.at(-1)).toBeGreaterThan(3600e9);
});
