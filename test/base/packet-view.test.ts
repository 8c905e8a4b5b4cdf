import { describe, expect, test } from "vitest";
import { cameBefore } from "../../src/base/packet-view.ts";

describe("which of two packets came first", () => {
  test.each([
    ["both agree", [1, 0], [2, 5e9], true],
    ["written in the wrong order by a few milliseconds: the times tell", [109, 11_440e6], [108, 11_441e6], true],
    ["and the other way round", [108, 11_441e6], [109, 11_440e6], false],
    ["of the same moment, the numbers tell", [3, 7e9], [4, 7e9], true],
    ["a clock that was set back: the numbers tell", [50, 30e9], [51, 1e9], true],
    ["nothing comes before itself", [5, 1e9], [5, 1e9], false],
  ] as const)("%s", (_, [packet, ns], [other, otherNs], expected) => {
    expect(cameBefore(packet, ns, other, otherNs)).toBe(expected);
  });
});
