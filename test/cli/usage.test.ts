import { describe, expect, test } from "vitest";
import { commandNames } from "../../src/cli/commands.ts";
import { wscap } from "../support/run-cli.ts";

describe("help", () => {
  test("lists every command and the exit codes", async () => {
    const { code, stdout, stderr } = await wscap(["--help"]);
    expect([code, stderr]).toEqual([0, ""]);
    for (const name of commandNames) expect(stdout).toMatch(new RegExp(`^  ${name} `, "m"));
    expect(stdout).toContain("130  interrupted");
  });

  test.each(commandNames)("of %s has examples, in English and Chinese", async (name) => {
    const english = await wscap([name, "--help"]);
    expect([english.code, english.stderr]).toEqual([0, ""]);
    expect(english.stdout).toMatch(/^Examples:\n {2}(ssh|sudo|wscap)/m);
    expect(english.stdout).toContain("--lang");
    const chinese = await wscap([name, "--help", "--lang", "zh-CN"]);
    expect(chinese.stdout).toMatch(/^示例：\n {2}(ssh|sudo|wscap)/m);
    expect(chinese.stdout).toMatch(/^用法： wscap/m);
  });

  test("without a command stands on standard error, for bad usage", async () => {
    const { code, stdout, stderr } = await wscap([]);
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toContain("Commands:");
  });

  test("is also a command", async () => {
    expect(await wscap(["help", "frames"])).toEqual(await wscap(["frames", "--help"]));
    expect(await wscap(["help"])).toEqual(await wscap(["--help"]));
  });

  test("the version", async () => {
    expect(await wscap(["--version"])).toMatchObject({ code: 0, stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) });
  });
});

const FILE = "captures/clean-close.pcap";

describe("bad usage: exit 2, one sentence, and what to do next", () => {
  test.each([
    [["reprot", FILE], "There is no command “reprot”.", "Did you mean: wscap report"],
    [["xyzzy"], "There is no command “xyzzy”.", "wscap --help lists the commands."],
    [["report", "--fromat", "json", FILE], "There is no option --fromat.", "Did you mean --format?"],
    [["report", "--xyzzy", FILE], "There is no option --xyzzy.", "wscap report --help lists the options."],
    [["--xyzzy"], "There is no option --xyzzy.", "wscap --help lists the options."],
    [["-v"], "There is no option -v.", "Did you mean -V?"],
    [["report"], "CAPTURE is missing.", "wscap report --help shows examples."],
    [["export", FILE], "-o, --output <file> is missing.", "wscap export --help shows examples."],
    [["report", FILE, "--format"], "--format <format> needs a value.", "wscap report --help shows which."],
    [
      ["report", FILE, "--format", "jsno"],
      "--format cannot be “jsno”.",
      "Possible: text, json, markdown, html, svg, har",
    ],
    [["report", FILE, "-p", "http"], "--port cannot be “http”.", "Possible: 1 … 65535 (-p 8080 -p 8081)"],
    [["report", FILE, "-p", "65536"], "--port cannot be “65536”.", "Possible: 1 … 65535 (-p 8080 -p 8081)"],
    [["report", FILE, "--lang", "de"], "--lang cannot be “de”.", "Possible: en, zh-CN"],
    [["frames", FILE, "--log-level", "loud"], "--log-level cannot be “loud”.", "Possible: error, warn, info, debug"],
    [
      ["schema", "frame", "more"],
      "There are more arguments than “schema” takes.",
      "wscap schema --help shows examples.",
    ],
    [["probe", "-w", "-", "ws://127.0.0.1:1/"], "-w cannot be “-”.", "Possible: FILE"],
    [["help", "reprot"], "There is no command “reprot”.", "Did you mean: wscap help report"],
    [["help", "xyzzy"], "There is no command “xyzzy”.", "wscap --help lists the commands."],
    [["report", FILE, "--format", "svg", "--connection", "9"], "--connection cannot be “9”.", "Possible: 0 … 0"],
    [
      ["report", FILE, "--connection", "0"],
      "--connection chooses what --format svg draws; reports in other formats hold every connection.",
      "Only its packets: wscap export --connection 0 CAPTURE -o part.pcapng",
    ],
    [["report", FILE, FILE, "--compare", "--format", "html"], "--format cannot be “html”.", "Possible: text, json"],
    [["report", FILE, "-o", ""], "-o cannot be “”.", "Possible: FILE"],
    [["export", FILE, "-o", "-"], "-o cannot be “-”.", "Possible: FILE"],
    [["share", FILE, "-o", "-"], "-o cannot be “-”.", "Possible: FOLDER, FILE.zip"],
    [
      ["live", "--before", "5"],
      "--before needs --trigger RULE.",
      "It says how much is kept around that: wscap live -w night.pcapng --trigger error --before 60",
    ],
    [["schema", "frames"], "WHAT cannot be “frames”.", "Possible: report, frame, event"],
  ])("%j", async (args, sentence, next) => {
    expect(await wscap(args)).toEqual({ code: 2, stdout: "", stderr: `wscap: ${sentence}\n       ${next}\n` });
  });

  test("in Chinese, by option or by environment", async () => {
    const stderr = "wscap: 没有“reprot”这个命令。\n       是否想输入：wscap report\n";
    expect(await wscap(["reprot", "--lang=zh"])).toEqual({ code: 2, stdout: "", stderr });
    expect(await wscap(["reprot"], { environment: { LC_ALL: "zh_CN.UTF-8" } })).toEqual({
      code: 2,
      stdout: "",
      stderr,
    });
  });

  test("what was typed cannot send escape sequences", async () => {
    const { stderr } = await wscap([`x${String.fromCharCode(0x1b)}[2J`]);
    expect(stderr).toContain("There is no command “x\\e[2J”.");
  });
});
