import { secondsBetween } from "../base/time.ts";
import type { SharePage } from "./share-page.ts";
import { plain } from "./text/paint.ts";
import { headlineLines } from "./text/text-headline.ts";
import { originOf } from "./times.ts";

const LINES = 10;

/** What happened, in at most ten lines: the verdict, its causes and cures, what the capture holds, what was hidden. */
export function storyLines(page: SharePage): string[] {
  const { model, chrome } = page;
  const headline = headlineLines({
    model,
    chrome,
    paint: plain,
    // Every statement on one line of its own.
    width: Number.MAX_SAFE_INTEGER,
    connectionById: new Map(model.connections.map((connection) => [connection.id, connection])),
    origin: originOf(model),
  });
  const facts = [capturedText(page), heartbeatText(page)].filter((line) => line !== "");
  const hidden = model.redaction.applied ? chrome.redacted(model.redaction.hidden) : chrome.notRedacted;
  return [...joined(headline).slice(0, LINES - facts.length - 1), ...facts, hidden];
}

function capturedText({ model, chrome }: SharePage): string {
  return model.captures
    .map(({ firstPacketTime: first, lastPacketTime: last, packets, dropped }) =>
      [
        first === null ? "" : `${first.slice(0, 19).replace("T", " ")} UTC`,
        first === null || last === null ? "" : chrome.duration(Math.max(0, secondsBetween(first, last))),
        chrome.packets(packets),
        chrome.droppedCount(dropped),
      ]
        .filter((part) => part !== "")
        .join(chrome.comma),
    )
    .join("; ");
}

function heartbeatText({ model, words, units, chrome }: SharePage): string {
  let pings = 0;
  let answered = 0;
  let slowest = 0;
  for (const { heartbeat } of model.connections) {
    for (const beat of [heartbeat.client, heartbeat.server]) {
      pings += beat.pings;
      answered += beat.answered;
      slowest = Math.max(slowest, beat.roundTripMs?.max ?? 0);
    }
  }
  if (pings === 0) return "";
  const slow = slowest > 0 ? units.duration(slowest) : "";
  return `${words.heartbeat}${chrome.colon}${words.heartbeatCount(answered, pings, slow)}`;
}

/** A cure stands on the line of what it cures. */
function joined(lines: readonly string[]): string[] {
  const story: string[] = [];
  for (const line of lines.map((whole) => whole.trim().replace(/^\d+\. /, ""))) {
    if (line.startsWith("→") && story.length > 0) story.push(`${story.pop() ?? ""} ${line}`);
    else story.push(line);
  }
  return story;
}
