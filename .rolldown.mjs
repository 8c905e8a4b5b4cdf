// The program as a few files. Unlike bundlers that turn module constants into variables, this one puts them where they are
// used: in the hot path each would be a load and a check a packet.
import { resolve } from "node:path";
import { defineConfig } from "rolldown";

/** One character outside Latin-1 makes V8 hold and scan the whole file in two bytes a character: in strings they are escaped. */
const escaped = (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
const ascii = {
  name: "ascii",
  generateBundle: (_options, bundle) => {
    for (const chunk of Object.values(bundle)) {
      if (chunk.type === "chunk") chunk.code = chunk.code.replace(/[\u0080-\uffff]/g, escaped);
    }
  },
};

/** What `launch.ts` loads is a function already: it would have to copy each file to put one around it. */
const wrapped = {
  name: "wrapped",
  generateBundle: (_options, bundle) => {
    for (const chunk of Object.values(bundle)) {
      if (chunk.type === "chunk" && (!chunk.isEntry || chunk.name === "program"))
        chunk.code = `(function(exports,require,module,__filename,__dirname){${chunk.code}\n})`;
    }
  },
};

/** Node takes the files for what they are, although the project's own are ES modules. */
const commonJs = {
  name: "common-js",
  generateBundle() {
    this.emitFile({ type: "asset", fileName: "package.json", source: '{ "type": "commonjs" }\n' });
  },
};

/** Nothing may wait at the top of a CommonJS module: Ink asks for its developer tools there, and for its layout engine. */
const inkWithoutWaiting = {
  name: "ink-without-waiting",
  resolveId: (id) => (id === "yoga-layout" ? "\0yoga-layout" : null),
  load: (id) =>
    id === "\0yoga-layout"
      ? `export { layoutEngine as default } from ${JSON.stringify(resolve("src/tui/dialogs/layout-engine.ts"))};`
      : null,
  transform: (code, id) =>
    id.endsWith("/ink/build/reconciler.js")
      ? code.replace(/\nif \(isDev\(\)\) \{[\s\S]*?\n\}\n/, "\n").replace("await loadPackageJson()", "undefined")
      : null,
};

export default defineConfig({
  plugins: [ascii, wrapped, commonJs, inkWithoutWaiting],
  input: { main: "src/cli/launch.ts", program: "src/cli/main.ts", "cap-helper": "src/source/live/cap-helper.ts" },
  platform: "node",
  preserveEntrySignatures: "allow-extension",
  logLevel: "warn",
  // `cap` is optional and native; ink asks for its developer tools only when told to.
  external: ["cap", "react-devtools-core"],
  transform: {
    target: "node20",
    define: { "process.env.DEV": "undefined", "process.env.NODE_ENV": "'production'" },
  },
  optimization: { inlineConst: { mode: "all", pass: 3 } },
  output: {
    dir: "dist",
    // V8 takes what it compiled of a CommonJS file another time, of an ES module not (`.compile.mjs`).
    format: "cjs",
    cleanDir: true,
    chunkFileNames: "chunks/[name]-[hash].js",
    // Names stay readable in stack traces and profiles; blanks cost time to scan at every start.
    minify: { compress: { target: "node20" }, mangle: false, codegen: { removeWhitespace: true } },
    // What every packet goes through lies in one file: an import from another is looked up each time, through a getter
    // that V8 does not inline (12 % of the time of small packets once).
    codeSplitting: {
      includeDependenciesRecursively: false,
      groups: [
        {
          name: "packets",
          test: /src\/(wire|tcp|http|websocket|payload|tls|dns|pcap|pipeline|store|base\/(?!user-error|escape-text|display-width)[\w-]+)[/.]/,
        },
      ],
    },
  },
});
