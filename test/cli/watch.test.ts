import { expect, test } from "vitest";
import { Watch, type WatchOptions } from "../../src/cli/live/watch.ts";
import { liveWordsOf } from "../../src/i18n/live/live.ts";

function saidAtTheEnd(dropped: number | null): string[] {
  const said: string[] = [];
  const statistics = { forgotten: 0, dropped };
  const options = {
    opened: { source: { interfaceState: () => "up" } },
    session: { getSnapshot: () => ({ statistics }) },
    words: liveWordsOf("en"),
    say: (line: string) => said.push(line),
    text: null,
  };
  new Watch(options as unknown as WatchOptions).sayEnd([], null);
  return said;
}

test("what was dropped is told at the end, where its last count was not told before", () => {
  expect(saidAtTheEnd(312)).toEqual([expect.stringContaining("312 packets dropped")]);
  expect(saidAtTheEnd(0)).toEqual([]);
  expect(saidAtTheEnd(null)).toEqual([]);
});
