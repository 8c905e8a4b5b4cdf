import { expect, test } from "vitest";
import { EXIT, UserError } from "../../src/base/user-error.ts";
import { explainFailure } from "../../src/cli/failures.ts";

const unreadable = (name: string): UserError =>
  new UserError(EXIT.input, "input.unreadable", { name, reason: "EACCES" });

test("a file that cannot be read may belong to root; standard input belongs to nobody", () => {
  expect(explainFailure(unreadable("a.pcap"), "en").text).toContain("sudo chown $USER a.pcap");
  for (const language of ["en", "zh-CN"] as const) {
    const { text } = explainFailure(unreadable("-"), language);
    expect(text).not.toContain("chown");
    expect(text).toContain("EACCES");
    expect(text).toContain("wscap report - < capture.pcap");
  }
});
