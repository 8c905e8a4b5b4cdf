export const messagesEn = {
  "input.replaced": {
    sentence: "{name} has been replaced by another capture.",
    next: "Open it anew: wscap load {name}",
  },
  "input.not-found": {
    sentence: "There is no file {name}.",
    next: "Check the path; a capture is made with: sudo tcpdump -i any -w capture.pcap port 8080",
  },
  "input.is-directory": { sentence: "{name} is a directory.", next: "Name the capture files in it: {name}/*.pcap" },
  "input.empty": {
    sentence: "{name} is empty.",
    next: "tcpdump writes in blocks: stop it with Ctrl-C (or start it with -U) before reading its file.",
  },
  "input.empty-stdin": {
    sentence: "Nothing came on standard input.",
    next: "Look at what the command before the pipe said; tcpdump needs -U there: ssh device sudo tcpdump -i any -U -w - port 8080 | wscap report -",
  },
  "input.stdin-name": { sentence: "Standard input", next: "" },
  "input.unreadable": {
    sentence: "{name} cannot be read ({reason}).",
    next: "tcpdump under sudo writes files that belong to root: sudo chown $USER {name}",
  },
  "input.unreadable-stdin": {
    sentence: "Standard input cannot be read ({reason}).",
    next: "Give the capture by a pipe or a redirection that is open: wscap report - < capture.pcap",
  },
  "keylog.not-found": {
    sentence: "There is no key log {name}.",
    next: "It is written when the first TLS connection is opened: SSLKEYLOGFILE={name} chromium, or node --tls-keylog={name}",
  },
  "keylog.is-directory": {
    sentence: "{name} is a directory.",
    next: "Name the key log in it: --keylog {name}/keys.log",
  },
  "keylog.unreadable": {
    sentence: "The key log {name} cannot be read ({reason}).",
    next: "Give yourself the right to read it, or name a copy of it: --keylog keys.log",
  },
  "keylog.none": {
    sentence: "{name} holds no TLS secret.",
    next: "A key log has lines like CLIENT_RANDOM <64 hex digits> <96 hex digits>: SSLKEYLOGFILE=keys.log chromium, or node --tls-keylog=keys.log",
  },
  "keylog.too-long": {
    sentence: "{name} is longer than {bytes} bytes: too long for a key log.",
    next: "Give the part of it that was written while the capture ran: tail -n 100000 keys.log > newest.log",
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
  "input.twice": {
    sentence: "{other} is the same capture as {name}: read twice, each packet would count double.",
    next: "Name it once. Captures of both ends of a connection are two files that differ.",
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
  "notes.unreadable": {
    sentence: "The notes in {name} cannot be read ({reason}).",
    next: "Name another file for them with --notes FILE, or make this one readable.",
  },
  "notes.damaged": {
    sentence: "{name} is damaged: it is not what wscap writes. It is left as it is.",
    next: "Repair or move it, or keep notes elsewhere with --notes FILE.",
  },
  "notes.newer": {
    sentence: "{name} was written by a newer wscap. It is left as it is.",
    next: "Update wscap, or keep notes elsewhere with --notes FILE.",
  },
  "notes.locked": {
    sentence: "Another wscap is writing the notes: {name} stays.",
    next: "Try again; if no wscap is running, remove that file.",
  },
  "notes.unwritable": {
    sentence: "Notes cannot be written to {name} ({reason}).",
    next: "Keep them elsewhere with --notes FILE.",
  },
  "notes.where": {
    sentence: "Notes about standard input need a place.",
    next: "Name a file for them: --notes FILE",
  },
  "notes.no-text": { sentence: "What is the note?", next: 'wscap annotate CAPTURE --packet 161 "text"' },
  "notes.no-place": {
    sentence: "What is the note about?",
    next: "Give one of --connection N, --packet N and --capture.",
  },
  "notes.list-or-remove": {
    sentence: "--list and --remove do not go together.",
    next: "First wscap annotate CAPTURE --list, then wscap annotate CAPTURE --remove ID",
  },
  "notes.one-capture": {
    sentence: "annotate takes one capture and one text.",
    next: 'A note belongs to one capture; reports of several captures show it too. Quote the text: wscap annotate CAPTURE --packet 161 "text"',
  },
  "notes.unknown": { sentence: "There is no note {name}.", next: "wscap annotate CAPTURE --list shows their ids." },
  "output.is-file": { sentence: "{name} is a file.", next: "Name a folder, or a file that ends in .zip." },
  "report.nothing-to-draw": {
    sentence: "There is no connection to draw.",
    next: "Without --format svg the report says what the capture holds.",
  },
  "usage.needs-svg": {
    sentence: "--connection chooses what --format svg draws; reports in other formats hold every connection.",
    next: "Only its packets: wscap export --connection {n} CAPTURE -o part.pcapng",
  },
  "compare.two": { sentence: "--compare needs two captures.", next: "wscap report works.pcap fails.pcap --compare" },
  "compare.nothing": {
    sentence: "{name} holds no connection to compare.",
    next: "wscap report {name} says what it holds.",
  },
  "output.is-input": {
    sentence: "-o {name} would overwrite what is being read: a capture, its notes or its keys.",
    next: "Choose another name for the output; wscap never writes into a capture.",
  },
  "output.is-capture": {
    sentence: "{name} is there and holds a capture, which would be lost.",
    next: "Choose another name for the output; wscap never writes into a capture.",
  },
  "output.is-directory": { sentence: "{name} is a directory.", next: "Name a file: -o {name}/report.txt" },
  "output.unwritable": {
    sentence: "{name} cannot be written ({reason}).",
    next: "Check that the folder exists and belongs to you, and that the disk has room.",
  },
  "temporary.unwritable": {
    sentence: "Temporary files cannot be written to {name} ({reason}).",
    next: "Name a folder that has room: TMPDIR=FOLDER wscap …",
  },
  "output.cut-short": {
    sentence: "{name} is not complete: {packets} packets ({bytes} bytes) could not be written ({reason}).",
    next: "What was written can be read. Make room on the disk, or keep only the newest: --ring 10x100M",
  },
  "output.zip-too-large": {
    sentence: "{name} would hold more than 4 GiB, which a zip file cannot.",
    next: "Name a folder instead (-o without .zip), or cut the capture: editcap -A START -B STOP big.pcap part.pcap",
  },
  "log.unwritable": {
    sentence: "The log file {name} cannot be written ({reason}).",
    next: "Name another with --log-file.",
  },
  "log.not-a-log": {
    sentence: "{name} is there and is no log: nothing is written into it.",
    next: "Name another with --log-file.",
  },
  "capture.no-tool": {
    sentence: "There is nothing to capture with: neither tcpdump nor dumpcap nor npm's cap.",
    next: "sudo apt install tcpdump",
  },
  "capture.tool-missing": { sentence: "{name} is not installed.", next: "sudo apt install {package}" },
  "capture.no-permission-tcpdump": {
    sentence: "Capturing on {name} is not permitted ({reason}).",
    next: "Use sudo, or allow tcpdump once and for all: sudo setcap cap_net_raw+ep $(readlink -f $(command -v tcpdump))",
  },
  "capture.no-permission-dumpcap": {
    sentence: "Capturing on {name} is not permitted ({reason}).",
    next: "Use sudo, or become one who may: sudo dpkg-reconfigure wireshark-common && sudo usermod -aG wireshark $USER",
  },
  "capture.no-permission-cap": {
    sentence: "Capturing on {name} is not permitted ({reason}).",
    next: "Use sudo, or --backend tcpdump, which can be allowed alone (wscap doctor says how).",
  },
  "capture.no-permission-remote": {
    sentence: "Capturing there is not permitted ({reason}).",
    next: "Log in as root, or as a user who may use sudo without a password.",
  },
  "capture.remote-unreachable": {
    sentence: "ssh does not get there ({reason}).",
    next: "It must work without a question first: ssh -o BatchMode=yes {host} true",
  },
  "capture.remote-tool-missing": {
    sentence: "There is no tcpdump there ({reason}).",
    next: "Install it there: sudo apt install tcpdump",
  },
  "capture.no-such-interface": {
    sentence: "There is no interface {name}.",
    next: "wscap interfaces lists them; without -i all of them are captured.",
  },
  "capture.no-such-address": {
    sentence: "No interface of this machine has the address {name}.",
    next: "wscap interfaces lists them; without -i all of them are captured.",
  },
  "capture.bad-filter": {
    sentence: "The filter does not compile ({reason}).",
    next: "The language is pcap-filter(7); for example: -f 'host 10.0.0.5 and not port 22'",
  },
  "capture.interface-gone": {
    sentence: "Interface {name} went away while it was captured.",
    next: "What came until then is kept and judged above. wscap interfaces shows what is there now.",
  },
  "capture.backend-killed": {
    sentence: "{backend} was ended from outside ({signal}).",
    next: "What came until then is kept and judged above. dmesg tells whether memory ran out.",
  },
  "capture.backend-ended": {
    sentence: "{backend} ended by itself with code {code} ({reason}).",
    next: "What came until then is kept. wscap doctor shows which other --backend works.",
  },
  "capture.cap-missing": {
    sentence: "npm's cap is not there: it could not be built when wscap was installed.",
    next: "sudo apt install libpcap-dev build-essential python3, then install wscap again; --backend tcpdump needs none of it.",
  },
  "capture.cap-not-built": {
    sentence: "npm's cap is there but was never built: npm did not run its install script.",
    next: "npm install -g --allow-scripts=cap wscap (from a checkout: npm rebuild cap); --backend tcpdump needs none of it.",
  },
  "capture.remote-broke": {
    sentence: "The ssh connection to {host} broke off.",
    next: "What came until then is kept, and the tcpdump there ends with its session.",
  },
  "usage.needs-write": { sentence: "{option} needs -w FILE.", next: "The files are named after it: -w night.pcapng" },
  "usage.needs-trigger": {
    sentence: "{option} needs --trigger RULE.",
    next: "It says how much is kept around that: wscap live -w night.pcapng --trigger error {option} 60",
  },
  "usage.write-pipe-options": {
    sentence: "{option} needs files, and -w - writes to standard output.",
    next: "Name a file: -w night.pcapng",
  },
  "usage.write-pipe-format": {
    sentence: "Standard output is the capture with -w -: {option} has no place there.",
    next: "Leave {option} out: what is found is told at the end, on standard error.",
  },
  "usage.write-terminal": {
    sentence: "-w - writes the capture to standard output, which is a terminal here.",
    next: "wscap live -w - | wireshark -k -i -",
  },
  "usage.write-directory": { sentence: "{name} is a directory.", next: "Name a file: -w {name}/night.pcapng" },
  "usage.write-not-file": {
    sentence: "{name} is not an ordinary file.",
    next: "Into a pipe: wscap live -w - > {name}",
  },
  "probe.no-token": {
    sentence: "The environment variable {name} is not set.",
    next: "Set it for this command only: read -rs {name} && export {name}",
  },
  "run.interrupted": { sentence: "Interrupted before there was a result.", next: "" },
  bug: {
    sentence: "This is a bug in wscap, not in what you did. Please report it with the lines above.",
    next: "",
  },
} as const;
