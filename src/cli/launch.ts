#!/usr/bin/env node
// The first file of the built program, which is CommonJS. It runs the other files as `require` would, with what V8 made of
// them when they were built: parsing them again took half of a short run. Without that, or after another Node built it,
// everything works as before.
import { closeSync, existsSync, fstatSync, openSync, readSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, dirname, join, resolve } from "node:path";
import { Script } from "node:vm";

type Wrapper = (
  exports: object,
  require: (id: string) => unknown,
  module: Loaded,
  file: string,
  folder: string,
) => void;

interface Loaded {
  exports: object;
}

/** What V8 compiled serves the same Node on the same kind of machine only. */
export const compiledFolder = join(__dirname, "compiled", `${process.version}-${process.arch}`);

/** What has been run, by file name: the build keeps what V8 has compiled of it. */
export const scripts = new Map<string, Script>();

const isCompiled = existsSync(compiledFolder);
const requireBuiltIn = createRequire(__filename);
const loaded = new Map<string, Loaded>();
let shared = Buffer.allocUnsafeSlow(2 ** 20);

function load(file: string): object {
  const known = loaded.get(file);
  if (known !== undefined) return known.exports;
  const module: Loaded = { exports: {} };
  loaded.set(file, module);
  const folder = dirname(file);
  const wrapper = scriptOf(file).runInThisContext() as Wrapper;
  const require = (id: string): unknown => (id.startsWith(".") ? load(resolve(folder, id)) : requireBuiltIn(id));
  wrapper(module.exports, require, module, file, folder);
  return module.exports;
}

function scriptOf(file: string): Script {
  // The build leaves nothing but ASCII, and each file as a function already.
  const source = bytesOf(file).toString("latin1");
  const script = new Script(source, { filename: file, cachedData: compiledOf(file) });
  scripts.set(basename(file), script);
  return script;
}

function compiledOf(file: string): Buffer | undefined {
  if (!isCompiled) return undefined;
  try {
    return bytesOf(join(compiledFolder, basename(file)));
  } catch {
    return undefined;
  }
}

/** Into one buffer for all of them, valid until the next is read: memory that was never touched costs more than reading. */
function bytesOf(path: string): Buffer {
  const file = openSync(path, "r");
  try {
    const { size } = fstatSync(file);
    if (size > shared.length) shared = Buffer.allocUnsafeSlow(size);
    let length = 0;
    for (let read = -1; read !== 0 && length < size; length += read)
      read = readSync(file, shared, length, size - length, null);
    return shared.subarray(0, length);
  } finally {
    closeSync(file);
  }
}

load(join(__dirname, "program.js"));
