export const messagesEn = {
  "input.not-found": {
    sentence: "There is no file {name}.",
    next: "Check the path; a capture is made with: sudo tcpdump -i any -w capture.pcap port 8080",
  },
  "input.is-directory": { sentence: "{name} is a directory.", next: "Name the capture files in it: {name}/*.pcap" },
  "input.empty": {
    sentence: "{name} is empty.",
    next: "tcpdump writes in blocks: stop it with Ctrl-C (or start it with -U) before reading its file.",
  },
  "input.unreadable": {
    sentence: "{name} cannot be read ({reason}).",
    next: "tcpdump under sudo writes files that belong to root: sudo chown $USER {name}",
  },
  "input.not-a-capture": {
    sentence: "{name} is not a packet capture: it is neither pcap nor pcapng.",
    next: "Captures are written by tcpdump -w, dumpcap, or Wireshark's “Save As” (gzip and zstd of them are fine too).",
  },
  "input.cut-in-header": {
    sentence: "{name} ends inside its file header, before any packet.",
    next: "The capture was stopped before its first block was written: capture again, with tcpdump -U.",
  },
  "input.compression-cut": {
    sentence: "{name} ({compression}) breaks off before any capture bytes could be unpacked.",
    next: "Copy the file again, and compare its size with the original's.",
  },
  "input.compression-damaged": {
    sentence: "{name} ({compression}) is damaged: nothing could be unpacked.",
    next: "Copy the file again (binary mode, if by FTP), and compare its checksum with the original's.",
  },
  "input.compression-window": {
    sentence: "{name} ({compression}) was compressed with too large a window to be unpacked here.",
    next: "Unpack it first: zstd -d --long=31 {name}",
  },
  "input.terminal": {
    sentence: "Standard input is a terminal, not a capture.",
    next: "Pipe one in: ssh device sudo tcpdump -i any -U -w - port 8080 | wscap report -",
  },
  "input.stdin-twice": { sentence: "Standard input (-) can be read only once.", next: "Name - once." },
  "usage.no-command": { sentence: "Which command?", next: "Most start with: wscap report CAPTURE" },
  "usage.unknown-command": {
    sentence: "There is no command “{name}”.",
    next: "wscap --help lists the commands.",
  },
  "usage.unknown-command-similar": {
    sentence: "There is no command “{name}”.",
    next: "Did you mean: wscap {similar}",
  },
  "usage.unknown-option": { sentence: "There is no option {name}.", next: "wscap {command} --help lists the options." },
  "usage.unknown-option-similar": { sentence: "There is no option {name}.", next: "Did you mean {similar}?" },
  "usage.missing-argument": {
    sentence: "{name} is missing.",
    next: "wscap {command} --help shows examples.",
  },
  "usage.option-without-value": {
    sentence: "{name} needs a value.",
    next: "wscap {command} --help shows which.",
  },
  "usage.too-many-arguments": {
    sentence: "There are more arguments than “{command}” takes.",
    next: "wscap {command} --help shows examples.",
  },
  "usage.invalid-value": {
    sentence: "{option} cannot be “{value}”.",
    next: "Possible: {allowed}",
  },
  "usage.other": { sentence: "{text}", next: "wscap {command} --help shows examples." },
  "usage.unknown-rule": { sentence: "There is no rule “{name}”.", next: "wscap explain lists all rules." },
  "usage.unknown-rule-similar": {
    sentence: "There is no rule “{name}”.",
    next: "Did you mean: wscap explain {similar}",
  },
  "output.is-input": {
    sentence: "-o {name} would overwrite the capture that is being read.",
    next: "Choose another name for the output; wscap never writes into a capture.",
  },
  "output.is-directory": { sentence: "{name} is a directory.", next: "Name a file: -o {name}/report.txt" },
  "output.unwritable": {
    sentence: "{name} cannot be written ({reason}).",
    next: "Check that the folder exists and belongs to you, and that the disk has room.",
  },
  "log.unwritable": {
    sentence: "The log file {name} cannot be written ({reason}).",
    next: "Name another with --log-file.",
  },
  "run.interrupted": { sentence: "Interrupted before there was a result.", next: "" },
  bug: {
    sentence: "This is a bug in wscap, not in what you did. Please report it with the lines above.",
    next: "",
  },
} as const;
