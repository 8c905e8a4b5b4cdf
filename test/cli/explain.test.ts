import { expect, test } from "vitest";
import { catalogue } from "../../src/rules/catalogue/catalogue.ts";
import { wscap } from "../support/run-cli.ts";

test("lists every rule", async () => {
  const { code, stdout, stderr } = await wscap(["explain"]);
  expect([code, stderr]).toEqual([0, ""]);
  expect(
    stdout
      .trimEnd()
      .split("\n")
      .map((line) => line.split(" ")[0]),
  ).toEqual(catalogue.map(({ id }) => id));
});

test("explains one, in both languages", async () => {
  const english = await wscap(["explain", "ws.pong.missing"]);
  expect(english.code).toBe(0);
  expect(english.stdout).toMatch(/^ws\.pong\.missing {2}WARNING\n/);
  for (const head of ["What it means", "How it is seen", "Why, and what to do", "Read more", "RFC 6455"]) {
    expect(english.stdout).toContain(head);
  }
  const chinese = await wscap(["explain", "ws.pong.missing", "--lang", "zh"]);
  expect(chinese.stdout).toContain("判断依据");
});

test.each([
  ["ws.pong.mising", "Did you mean: wscap explain ws.pong.missing"],
  ["pong", "Did you mean: wscap explain ws.pong.missing"],
  ["qqqqqqqqqq", "wscap explain lists all rules."],
])("%s is no rule", async (typed, next) => {
  expect(await wscap(["explain", typed])).toEqual({
    code: 2,
    stdout: "",
    stderr: `wscap: There is no rule “${typed}”.\n       ${next}\n`,
  });
});
