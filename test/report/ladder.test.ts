import { describe, expect, it } from "vitest";
import { ladderOf } from "../../src/report/ladder.ts";
import { createRedactor } from "../../src/report/redact.ts";
import { openDesk } from "../support/open-desk.ts";
import { withoutKeys } from "../support/without-keys.ts";

describe("a ladder for reports", () => {
  it("does not call TLS silent that stayed closed and went on", async () => {
    const path = "captures/wss-frozen-client.pcapng";
    const [closed] = (await openDesk(withoutKeys(path))).getSnapshot().connections;
    if (closed === undefined) throw new Error("the capture has changed");
    expect(closed.tls?.decrypted).toBe(false);
    const { rows } = ladderOf(closed, [], 0, [], createRedactor(false), []);
    expect(rows.length).toBeGreaterThan(2);
    expect(rows.filter(({ kind }) => kind === "gap")).toEqual([]);
  });
});
