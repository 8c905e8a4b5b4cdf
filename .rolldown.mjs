// The program as a few files. Unlike bundlers that turn module constants into variables, this one puts them where they are
// used: in the hot path each would be a load and a check a packet.
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

export default defineConfig({
  plugins: [ascii],
  input: { main: "src/cli/main.ts", "cap-helper": "src/source/live/cap-helper.ts" },
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
    cleanDir: true,
    chunkFileNames: "chunks/[name]-[hash].js",
    // Names stay readable in stack traces and profiles; blanks cost time to scan at every start.
    minify: { compress: { target: "node20" }, mangle: false, codegen: { removeWhitespace: true } },
    // What every packet goes through lies in one file: an import from another is looked up each time.
    codeSplitting: {
      includeDependenciesRecursively: false,
      groups: [
        {
          name: "packets",
          test: /src\/(wire|tcp|http|websocket|payload|tls|dns|pcap|pipeline|base\/(bytes|masked-text|byte-window))[/.]/,
        },
      ],
    },
  },
});
