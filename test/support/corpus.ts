import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";

const ROOT = resolve(import.meta.dirname, "../../../shared/corpus");

interface ManifestRow {
  readonly file: string;
  readonly category: string;
  readonly packets: number | null;
  readonly ws_frames: number;
  readonly tshark_args?: readonly string[];
}

/** Why corpus tests cannot run here; null: they can. `WSCAP_REQUIRE_ALL=1` makes a missing corpus a failure. */
export const corpusMissing: string | null = existsSync(ROOT) ? null : "the corpus is not beside this project";

if (corpusMissing !== null && process.env["WSCAP_REQUIRE_ALL"] === "1") throw new Error(corpusMissing);

export const manifest: readonly ManifestRow[] =
  corpusMissing === null ? (JSON.parse(readFileSync(resolve(ROOT, "MANIFEST.json"), "utf8")) as ManifestRow[]) : [];

export const corpusPath = (file: string): string => resolve(ROOT, file);

/** The truth beside a capture, null where there is none. */
export function truthOf<T>(file: string): T | null {
  const path = `${corpusPath(file)}.truth.json`;
  return existsSync(path) ? (JSON.parse(readFileSync(path, "utf8")) as T) : null;
}
