import type { HelpWords } from "./help-types.ts";

export const helpEn: HelpWords = {
  program: "Finds out why a WebSocket failed, from the packets themselves.",
  commands: {
    report: {
      summary: "say what went wrong in a capture, with the evidence, and what to change",
      more: "Reads pcap and pcapng (gzip and zstd of either), told apart by content. Several files are read as one capture in time order; - is standard input.",
      examples: [
        ["wscap report capture.pcapng", "what went wrong, and what to change"],
        ["wscap report -p 8080 car.pcap.gz", "only this port, also when the handshake is missing"],
        ["wscap report --format json -o report.json capture.pcap", "for scripts (schema: wscap schema report)"],
        ["wscap report --fail-on error capture.pcap", "exit code 1 when something is wrong"],
        ["ssh device sudo tcpdump -i any -U -w - port 8080 | wscap report -", "from another machine"],
      ],
    },
    frames: {
      summary: "print each WebSocket frame",
      more: "One line a frame, as it is read: fine for captures of any size.",
      examples: [
        ["wscap frames capture.pcapng | less", "read along"],
        ["wscap frames --format ndjson capture.pcap | jq -r 'select(.opcode==\"close\")'", "the Close frames"],
      ],
    },
    explain: {
      summary: "list the rules, or explain one",
      more: "What it means, how it is seen, what may have caused it, and what to do.",
      examples: [
        ["wscap explain", "every rule, one line each"],
        ["wscap explain ws.pong.missing", "one of them at length"],
      ],
    },
    schema: {
      summary: "print the JSON Schema of what wscap writes for scripts",
      more: "JSON Schema, draft 2020-12.",
      examples: [["wscap schema report > report.schema.json", "of report --format json"]],
    },
  },
  options: {
    port: "only connections of this TCP port, and decode as WebSocket even without a handshake; may be repeated",
    reportFormat: "text or json",
    framesFormat: "table or ndjson",
    output: "write to a file instead of standard output",
    failOn: "exit with 1 when there is a finding this severe or worse: error, warning, note or never",
    noRedact: "show tokens and passwords, which are hidden otherwise",
    language: "en or zh-CN (otherwise from LC_ALL, LC_MESSAGES, LANG)",
    color: "colour also where the output is no terminal",
    noColor: "no colour (so does NO_COLOR)",
    logFile: "write a log of what wscap does, as JSON lines",
    logLevel: "error, warn, info or debug; without --log-file to standard error",
    version: "print the version",
    help: "print this help",
  },
  arguments: {
    captures: "capture files, or - for standard input",
    rule: "id of a rule, such as ws.pong.missing",
    schema: "report or frame",
  },
  headings: {
    "Usage:": "Usage:",
    "Arguments:": "Arguments:",
    "Options:": "Options:",
    "Global Options:": "Everywhere:",
    "Commands:": "Commands:",
  },
  examples: "Examples:",
  default: "default",
  exitCodes: "Exit codes:",
  exitCodeWords: [
    [0, "done"],
    [1, "findings at or above --fail-on"],
    [2, "wrong usage"],
    [3, "input not readable, or not a capture"],
    [4, "capturing not permitted, or no tool for it"],
    [70, "a bug in wscap"],
    [130, "interrupted before there was a result"],
  ],
};
