import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { root } from "../support/run-cli.ts";

/** Runs the program that lies at argv[1], then tells of each of its files whether V8 took what was compiled before. */
const TELL = `
  const { scripts } = require(process.argv[1]);
  process.on("exit", () => {
    for (const [file, { cachedDataRejected }] of scripts) console.error(file, cachedDataRejected);
  });
`;

describe("the built program's first file", () => {
  let folder = "";
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "wscap-launch-"));
    cpSync(join(root, "dist"), join(folder, "with"), { recursive: true });
    cpSync(join(root, "dist"), join(folder, "without"), { recursive: true });
    rmSync(join(folder, "without/compiled"), { recursive: true });
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const run = (copy: string): { stdout: string; files: string[][] } => {
    const args = ["-e", TELL, join(folder, copy, "main.js"), "report", join(root, "captures/trouble.pcapng")];
    const { stdout, stderr } = spawnSync(process.execPath, args, { encoding: "utf8" });
    const files = stderr
      .trim()
      .split("\n")
      .map((line) => line.split(" "));
    return { stdout, files };
  };

  it("takes what the build has compiled of every file that a report needs", () => {
    const { stdout, files } = run("with");
    expect(stdout).toContain("RST");
    expect(files.length).toBeGreaterThan(10);
    expect(files.filter(([, rejected]) => rejected !== "false")).toEqual([]);
  });

  it("says the same without it", () => {
    const { stdout, files } = run("without");
    expect(stdout).toBe(run("with").stdout);
    expect(files.filter(([, rejected]) => rejected !== "undefined")).toEqual([]);
  });
});
