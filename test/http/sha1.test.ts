import { createHash } from "node:crypto";
import fc from "fast-check";
import { expect, it } from "vitest";
import { sha1 } from "../../src/http/sha1.ts";

it("equals node:crypto for every length around the block borders, and for random bytes", () => {
  const check = (bytes: Uint8Array): void => {
    expect(Buffer.from(sha1(bytes)).toString("hex")).toBe(createHash("sha1").update(bytes).digest("hex"));
  };
  for (let length = 0; length < 200; length += 1) check(new Uint8Array(length).fill(length));
  fc.assert(fc.property(fc.uint8Array({ maxLength: 1000 }), check));
});
