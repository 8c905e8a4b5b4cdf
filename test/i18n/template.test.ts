import { describe, expect, test } from "vitest";
import { render, textsOf } from "../../src/i18n/render.ts";
import { fill, placeholders } from "../../src/i18n/template.ts";
import { judge } from "../../src/rules/judging/judge.ts";
import { analysisOf, refusedUpgrade } from "../support/facts-builder.ts";

const en = textsOf("en");
const zh = textsOf("zh-CN");

describe("fill", () => {
  test.each([
    ["{a} and {b:n}", { a: "x", b: 1234567 }, "x and 1,234,567"],
    ["{n:one ping|# pings}", { n: 1 }, "one ping"],
    ["{n:one ping|# pings}", { n: 3 }, "3 pings"],
    ["{side:Word} closed", { side: "server" }, "Server closed"],
    ["{list:words}", { list: "hop-limit,ip-id" }, "hop limit, IP identification"],
    ["left[[ after {ms:ms}]].", { ms: 1500 }, "left after 1.5 s."],
    ["left[[ after {ms:ms}]].", {}, "left."],
    ["map $x $y { default upgrade; '' close; }", {}, "map $x $y { default upgrade; '' close; }"],
    ["{port}", { port: 8080 }, "8080"],
    ["{to:client?A page. }Node.", { to: "client" }, "A page. Node."],
    ["{to:client?A page. }Node.", { to: "server" }, "Node."],
  ])("%s", (template, args, wanted) => {
    expect(fill(template, args, en)).toBe(wanted);
  });

  test("text from the network is escaped, cut, and never read as a template", () => {
    expect(fill("{a}", { a: "a\u001b[31m\u202eb" }, en)).toBe("a\\e[31m\\u{202e}b");
    expect(fill("{a}", { a: "x".repeat(500) }, en)).toBe(`${"x".repeat(160)}…`);
    expect(fill("{a} {b}", { a: "{b}[[", b: "two" }, en)).toBe("{b}[[ two");
    expect(fill("{a:word}", { a: "constructor" }, en)).toBe("constructor");
  });

  test("placeholders", () => {
    expect(placeholders("{b} {a:ms}[[{c:one|# more}]] {a}")).toEqual(["a", "b", "c"]);
  });
});

describe("units", () => {
  test.each([
    [0.42, "0.42 ms", "0.42 毫秒"],
    [182.4, "182 ms", "182 毫秒"],
    [1000, "1 s", "1 秒"],
    [32_040, "32 s", "32 秒"],
    [59_960, "60 s", "60 秒"],
    [125_000, "2 min 5 s", "2 分 5 秒"],
    [7_200_000, "2 h", "2 小时"],
    [90_000_000, "25 h", "25 小时"],
    [200_000_000, "2 d 8 h", "2 天 8 小时"],
  ])("%d ms", (ms, english, chinese) => {
    expect(en.units.duration(ms)).toBe(english);
    expect(zh.units.duration(ms)).toBe(chinese);
  });

  test.each([
    [7, "7 B"],
    [2048, "2 KiB"],
    [1_500_000, "1.4 MiB"],
  ])("%d bytes", (bytes, wanted) => {
    expect(en.units.bytes(bytes)).toBe(wanted);
  });
});

describe("render", () => {
  const finding = judge(
    analysisOf([
      refusedUpgrade({
        status: 403,
        reason: "For\u0007bidden",
        target: "/chat?token=abc123xyz&EIO=4",
        body: "<b>no</b>",
      }),
    ]),
  )[0];

  test("a token in a target is not shown, a control character not sent to the terminal", () => {
    const words = finding && JSON.stringify(render(finding, "en"));
    expect(words).toContain("/chat?token=…&EIO=4");
    expect(words).not.toContain("abc123xyz");
    expect(words).toContain("For\\\\u{7}bidden");
    expect(words).toContain("“no”");
  });

  test("evidence and causes keep their order", () => {
    const words = finding && render(finding, "zh-CN");
    expect(words?.evidence).toHaveLength(finding?.evidence.length ?? -1);
    expect(words?.causes).toHaveLength(finding?.causes.length ?? -1);
    expect(words?.title).toMatch(/^10\.0\.0\.2:8080 拒绝升级/);
  });
});
