// The peers' program in one file: a peer starts in a fifth of the time that loading TypeScript and packages takes.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

let bundle: Promise<string> | undefined;

/** The path of the bundled `peer.ts`; built once a process, removed when it ends. */
export function peerBundle(): Promise<string> {
  bundle ??= buildBundle();
  return bundle;
}

async function buildBundle(): Promise<string> {
  const directory = mkdtempSync(join(tmpdir(), "wscap-peer-"));
  process.once("exit", () => rmSync(directory, { recursive: true, force: true }));
  const outfile = join(directory, "peer.mjs");
  await build({
    entryPoints: [fileURLToPath(new URL("peer.ts", import.meta.url))],
    outfile,
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node20",
    logLevel: "error",
    external: ["bufferutil", "utf-8-validate"],
    // CommonJS packages inside an ES module still want their `require`.
    banner: { js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);' },
  });
  return outfile;
}
