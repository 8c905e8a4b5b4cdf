import { execFile, execFileSync } from "node:child_process";
import { promisify } from "node:util";

const run = promisify(execFile);

function version(): string | null {
  try {
    return execFileSync("tshark", ["--version"], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
  } catch {
    return null;
  }
}

/** Why tests against tshark cannot run here; null: they can. `WSCAP_REQUIRE_ALL=1` makes a missing tshark a failure. */
export const tsharkMissing: string | null = version() === null ? "tshark is not installed" : null;

if (tsharkMissing !== null && process.env["WSCAP_REQUIRE_ALL"] === "1") throw new Error(tsharkMissing);

export interface TsharkFields {
  /** A row a packet that the filter lets through, a cell a field, a value an occurrence of the field. */
  readonly rows: readonly (readonly (readonly string[])[])[];
  /** What tshark complained of, "" when it read the capture to its end. */
  readonly complaint: string;
}

/** `preferences` are `-o` values: `tcp.check_checksum:TRUE`. */
export async function tsharkFields(
  path: string,
  filter: string,
  fields: readonly string[],
  preferences: readonly string[] = [],
): Promise<TsharkFields> {
  const named = [...fields.flatMap((f) => ["-e", f]), ...preferences.flatMap((p) => ["-o", p])];
  const args = ["-n", "-r", path, "-Y", filter, "-T", "fields", "-E", "occurrence=a", ...named];
  let stdout = "";
  let complaint = "";
  try {
    ({ stdout } = await run("tshark", args, { encoding: "utf8", maxBuffer: 1 << 28 }));
  } catch (error) {
    const failed = error as { stdout?: string; stderr?: string };
    stdout = failed.stdout ?? "";
    complaint = failed.stderr ?? String(error);
  }
  const lines = stdout.split("\n").filter((line) => line !== "");
  return { rows: lines.map((line) => line.split("\t").map((cell) => cell.split(","))), complaint };
}
