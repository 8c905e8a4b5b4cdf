import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { corpusMissing, corpusPath, manifest } from "../support/corpus.ts";
import { wscap } from "../support/run-cli.ts";

/**
 * What wscap calls an error or a warning in each WebSocket capture of the corpus. Every row of the golden file was read by
 * hand against the packets and bears the reason why it is right; a capture without a row has neither.
 */
interface Row {
  readonly rule: string;
  readonly severity: string;
  readonly connections: number;
  readonly title: string;
  readonly reason: string;
}

interface Found {
  readonly rule: string;
  readonly severity: string;
  readonly connection: number | null;
  readonly alsoConnections: readonly number[];
  readonly title: string;
}

const golden = JSON.parse(readFileSync(new URL("findings.golden.json", import.meta.url), "utf8")) as Record<
  string,
  Row[]
>;
const captures = manifest.filter(({ category }) => category === "websocket");

/** tshark had to be told the port of a WebSocket whose handshake is missing, and so has wscap. */
const portOf = (tsharkArguments: readonly string[] = []): string[] =>
  tsharkArguments
    .flatMap((word) => /tcp\.port==(\d+),websocket/.exec(word)?.slice(1) ?? [])
    .flatMap((port) => ["-p", port]);

describe.skipIf(corpusMissing !== null)("findings on the WebSocket captures of the corpus", () => {
  test("there are 49, and none is named in vain", () => {
    expect(captures).toHaveLength(49);
    const files = new Set(captures.map(({ file }) => file));
    expect(Object.keys(golden).filter((file) => !files.has(file))).toEqual([]);
    expect(
      Object.values(golden)
        .flat()
        .filter(({ reason }) => reason.length < 40),
    ).toEqual([]);
  });

  test.each(captures)("$file", { timeout: 60_000 }, async ({ file, tshark_args }) => {
    const { code, stdout } = await wscap(["report", "--format", "json", ...portOf(tshark_args), corpusPath(file)]);
    expect(code).toBe(0);
    const { findings } = JSON.parse(stdout) as { findings: Found[] };
    const told = findings
      .filter(({ severity }) => severity !== "note")
      .map(({ rule, severity, connection, alsoConnections, title }) => ({
        rule,
        severity,
        connections: connection === null ? 0 : 1 + alsoConnections.length,
        title,
      }));
    expect(told).toEqual((golden[file] ?? []).map(({ reason: _, ...row }) => row));
  });
});
