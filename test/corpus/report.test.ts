import { describe, expect, test } from "vitest";
import { measure } from "../bench/measure.ts";
import { corpusMissing, corpusPath, manifest } from "../support/corpus.ts";

/** A report on hostile input ends with a result or a clear refusal, in bounded memory; the test's own time limit ends a hang. */
const MEGABYTES = 256;

describe.skipIf(corpusMissing !== null)("wscap report on every malformed capture of the corpus", () => {
  const files = manifest.filter(({ category }) => category === "malformed").map(({ file }) => file);

  test("there are 78", () => expect(files).toHaveLength(78));

  test.each(files)("%s", async (file) => {
    const { status, peakMegabytes } = await measure(process.execPath, ["dist/main.js", "report", corpusPath(file)]);
    expect([0, 3]).toContain(status);
    expect(peakMegabytes).toBeLessThan(MEGABYTES);
  });
});
