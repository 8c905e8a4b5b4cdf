// The room table of the architecture: data flows down this list, imports point only to rooms on the right.
// "x#types" means: only the files of that room named types.ts or …-types.ts.
/** @type {Record<string, { may: string[], why: string }>} */
const rooms = {
  base: { may: [], why: "the shared words know nobody" },
  source: { may: ["base"], why: "bytes come in without anyone knowing what they mean" },
  pcap: { may: ["base"], why: "capture formats know nothing of networks" },
  wire: { may: ["base"], why: "packet bytes to segments, nothing of streams" },
  tcp: { may: ["base", "wire"], why: "segments to ordered bytes, nothing of what they say" },
  http: { may: ["base"], why: "stream decoders never import each other" },
  websocket: { may: ["base"], why: "stream decoders never import each other" },
  tls: { may: ["base"], why: "stream decoders never import each other" },
  dns: { may: ["base"], why: "a message reader knows only its message" },
  payload: { may: ["base"], why: "a reading of a payload needs only the payload" },
  store: { may: ["base"], why: "facts are data" },
  pipeline: {
    may: ["base", "pcap", "wire", "tcp", "http", "websocket", "tls", "dns", "payload", "store"],
    why: "the one room that knows the decoders together",
  },
  rules: { may: ["base", "store"], why: "rules judge facts, never packets" },
  annotations: { may: ["base", "store#types"], why: "notes are a model of their own" },
  i18n: { may: ["base", "rules#types"], why: "words need only the names of what they say" },
  report: { may: ["base", "store", "rules", "annotations", "i18n", "pcap"], why: "reports read one plain model" },
  session: {
    may: ["base", "source#types", "pcap#types", "pipeline", "store", "rules", "annotations"],
    why: "one running analysis, everything injected",
  },
  tui: {
    may: ["base", "payload", "i18n", "annotations", "session#types", "store#types", "rules#types"],
    why: "views draw snapshots",
  },
  cli: { may: Object.keys({}), why: "the composition root" },
};

// The rooms inside rules, in the same way: what is read off one connection, what the others tell, one room a subject,
// the rules themselves, and what weighs their findings against each other. Its words and types stand for themselves.
/** @type {Record<string, string[]>} */
const insideRules = {
  vocabulary: [],
  reading: [],
  handshake: ["reading"],
  context: ["reading", "handshake"],
  rhythm: ["reading", "context"],
  timers: ["reading", "handshake", "context", "rhythm"],
  path: ["reading", "handshake", "context", "rhythm"],
  upgrade: ["reading", "handshake", "context"],
  sessions: ["reading", "handshake", "context"],
  sealed: ["reading", "handshake", "context", "rhythm"],
  ending: ["reading", "handshake", "context", "rhythm", "timers", "path", "sealed"],
  catalogue: ["reading", "handshake", "context", "rhythm", "timers", "path", "upgrade", "sessions", "sealed", "ending"],
  judging: [
    "reading",
    "handshake",
    "context",
    "rhythm",
    "timers",
    "upgrade",
    "sessions",
    "sealed",
    "ending",
    "catalogue",
  ],
};

const path = (room) => (room.endsWith("#types") ? `^src/${room.slice(0, -6)}/[a-z-]*types\\.ts$` : `^src/${room}/`);

const walls = Object.entries(rooms)
  .filter(([room]) => room !== "cli")
  .map(([room, { may, why }]) => ({
    name: `room-${room}`,
    comment: why,
    severity: "error",
    from: { path: `^src/${room}/` },
    to: { path: "^src/", pathNot: [path(room), ...may.map(path)] },
  }));

const innerWalls = Object.entries(insideRules).map(([room, may]) => ({
  name: `rules-${room}`,
  comment: "inside rules, too, imports point down the list",
  severity: "error",
  from: { path: `^src/rules/${room}/` },
  to: { path: "^src/rules/[a-z-]+/", pathNot: [room, "vocabulary", ...may].map((one) => `^src/rules/${one}/`) },
}));

const only = (name, comment, modules, allowed) => ({
  name,
  comment,
  severity: "error",
  from: { path: "^src/", pathNot: allowed },
  to: { path: modules.map((m) => `^(node:)?${m}$`) },
});

export default {
  forbidden: [
    ...walls,
    ...innerWalls,
    only(
      "io-rooms",
      "files, processes and terminals are touched in three rooms",
      ["fs", "fs/promises", "child_process", "tty", "process", "net", "os"],
      ["^src/(source|tui|cli)/"],
    ),
    only(
      "zlib-places",
      "inflating belongs to capture files, one file of websocket and one of http",
      ["zlib"],
      ["^src/source/", "^src/websocket/deflate/inflate-message\\.ts$", "^src/http/content-coding\\.ts$"],
    ),
    only(
      "crypto-places",
      "decrypting belongs to one file of tls; the page's Content-Security-Policy needs hashes",
      ["crypto"],
      ["^src/tls/crypto\\.ts$", "^src/report/html/render-html\\.tsx$"],
    ),
    { name: "no-cycles", comment: "a cycle is a missing room", severity: "error", from: {}, to: { circular: true } },
    {
      name: "src-never-tests",
      comment: "tests use src, never the other way",
      severity: "error",
      from: { path: "^src/" },
      to: { path: "^test/" },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: { extensions: [".ts", ".tsx", ".mjs", ".js"] },
  },
};
