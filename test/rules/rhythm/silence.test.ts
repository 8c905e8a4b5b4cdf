import { expect, test } from "vitest";
import { demands, standsOut } from "../../../src/rules/rhythm/silence.ts";

const silence = { sinceNs: 0, ms: 60_000, sent: 10, talkedMs: 10_000, intervalMs: 1000, longestMs: 1100 };

test("a silence stands out only behind a talk that was long against it, and a pace that was quick against it", () => {
  for (const demand of Object.values(demands)) {
    expect(standsOut(silence, demand)).toBe(true);
    // Who had talked for a twelfth of the silence only may just have been done.
    expect(standsOut({ ...silence, talkedMs: 5000 }, demand)).toBe(false);
    expect(standsOut({ ...silence, sent: 3 }, demand)).toBe(false);
    expect(standsOut({ ...silence, ms: 4000 }, demand)).toBe(false);
  }
});
