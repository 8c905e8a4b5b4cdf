// The peers' program in one file: a peer starts in a fifth of the time that loading TypeScript and packages takes.

import { fileURLToPath } from "node:url";
import { build } from "esbuild";

let bundle: Promise<Uint8Array> | undefined;

/** The bundled `peer.ts`, an ES module; built once a process. */
export function peerBundle(): Promise<Uint8Array> {
  bundle ??= buildBundle();
  return bundle;
}

async function buildBundle(): Promise<Uint8Array> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL("peer.ts", import.meta.url))],
    write: false,
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node20",
    logLevel: "error",
    external: ["bufferutil", "utf-8-validate"],
    // CommonJS packages inside an ES module still want their `require`.
    banner: { js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);' },
  });
  const [file] = outputFiles;
  if (file === undefined) throw new Error("esbuild made no file");
  return file.contents;
}
