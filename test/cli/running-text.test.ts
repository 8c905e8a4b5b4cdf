import { expect, test } from "vitest";
import { connectionId } from "../../src/base/brand.ts";
import * as limits from "../../src/base/limits.ts";
import { RunningText } from "../../src/cli/live/running-text.ts";
import type { Surroundings } from "../../src/cli/surroundings.ts";
import { liveWordsOf } from "../../src/i18n/live/live.ts";
import { render } from "../../src/i18n/render.ts";
import { createRedactor } from "../../src/report/redact.ts";
import { plain } from "../../src/report/text/paint.ts";
import { judge } from "../../src/rules/judging/judge.ts";
import type { Finding } from "../../src/rules/types.ts";
import { abnormal, analysisOf, connectionFacts, mark, tcp } from "../support/facts-builder.ts";

function lines(tell: (text: RunningText) => void): string {
  const written: string[] = [];
  const stdout = { isTTY: false, columns: 80, write: (piece: string) => written.push(piece) };
  const redactor = createRedactor(true);
  const text = new RunningText(
    { stdout } as unknown as Surroundings,
    liveWordsOf("en"),
    { ns: 0n },
    { version: "0", language: "en", redactor, words: render },
    redactor,
    plain,
  );
  tell(text);
  text.flush();
  return written.join("");
}

const [finding] = judge(analysisOf([abnormal("server", 30)])) as [Finding];

test("what was never printed is not taken back", () => {
  const told = (severity: Finding["severity"]): string =>
    lines((text) => {
      text.onFinding({ ...finding, severity }, false);
      text.onFinding({ ...finding, severity }, true);
      text.onFinding({ ...finding, severity }, true);
    });
  expect(told("note")).toBe("");
  expect(told("error").match(/no longer so/g)).toHaveLength(1);
});

test("what was printed is remembered as long as the session does, and no longer", () => {
  const taken = lines((text) => {
    for (let id = 0; id <= limits.keptFindings; id++)
      text.onFinding({ ...finding, connectionId: connectionId(id) }, false);
    for (const id of [0, 1, limits.keptFindings]) text.onFinding({ ...finding, connectionId: connectionId(id) }, true);
  });
  expect(taken.match(/#\d+(?=.*no longer so)/g)).toEqual(["#1", `#${limits.keptFindings}`]);
});

test("a connection is not called connected at its SYN", () => {
  const opened = (facts: ReturnType<typeof connectionFacts>): string => lines((text) => text.onOpened(facts));
  const syn = tcp({ opening: "unanswered", established: null, syns: [mark(0)] });
  expect(opened(connectionFacts({ tcp: syn }))).toMatch(/ connecting\n$/);
  expect(opened(connectionFacts())).toMatch(/ connected\n$/);
});
