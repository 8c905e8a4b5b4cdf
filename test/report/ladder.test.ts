import { describe, expect, it, onTestFinished } from "vitest";
import { withinLifelines } from "../../src/report/html/ladder-svg.tsx";
import { ladderOf } from "../../src/report/ladder.ts";
import { createRedactor } from "../../src/report/redact.ts";
import { openDesk } from "../support/open-desk.ts";
import { withoutKeys } from "../support/without-keys.ts";

describe("a ladder for reports", () => {
  it("does not call TLS silent that stayed closed and went on", async () => {
    const path = "captures/wss-frozen-client.pcapng";
    const [closed] = (await openDesk(withoutKeys(path, onTestFinished))).getSnapshot().connections;
    if (closed === undefined) throw new Error("the capture has changed");
    expect(closed.tls?.decrypted).toBe(false);
    const { rows } = ladderOf(closed, [], 0, [], createRedactor(false), []);
    expect(rows.length).toBeGreaterThan(2);
    expect(rows.filter(({ kind }) => kind === "gap")).toEqual([]);
  });
});

describe("a label of the picture", () => {
  it("is cut where its letters are broad, and left whole where they are not", () => {
    const plain = 'text {"type":"telemetry","speed":12.5,"heading":271,"at":1795}';
    expect(withinLifelines(plain, 72)).toBe(plain);
    const broad = withinLifelines(`text ${"W".repeat(60)}`, 72);
    // 12 px each, and 576 px between the lifelines.
    expect(broad).toMatch(/^text W{30,47}…$/);
    expect(withinLifelines("WebSocket MMMM", 72)).toBe("WebSocket MMMM");
  });
});
