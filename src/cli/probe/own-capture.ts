import { linkTypeName } from "../../pcap/link-type-names.ts";
import { openCaptureReader } from "../../pcap/open-capture-reader.ts";
import { LiveSession } from "../../session/live-session.ts";
import type { LiveEvents } from "../../session/types.ts";
import { KeptSource } from "../../source/live/kept-source.ts";
import { Spool } from "../../source/live/spool.ts";
import type { Analysis } from "../../store/types.ts";
import type { KeyLog } from "../../tls/key-log.ts";
import { systemClock } from "../live/clock.ts";
import { droppedOf, lagNsOf, type OpenedCapture, recorderOf } from "../live/open-capture.ts";
import { type LiveOptions, spoolPlanOf } from "../live/options.ts";

/** The last packets of the connection are still on their way to us when it is closed here. */
const SETTLE_MS = 500;

const silent: LiveEvents = {
  onOpened: () => undefined,
  onUpgrade: () => undefined,
  onClosed: () => undefined,
  onFinding: () => undefined,
  onStatistics: () => undefined,
  flush: () => undefined,
};

/** Captures while `action` goes on. */
export async function captureWhile(
  opened: OpenedCapture,
  options: Pick<LiveOptions, "write">,
  ports: readonly number[],
  version: string,
  keys: KeyLog,
  action: () => Promise<void>,
): Promise<{ analysis: Analysis; files: readonly string[] }> {
  const spool = new Spool(spoolPlanOf({ ...options, before: 0, after: 0 }));
  const stop = new AbortController();
  const session = new LiveSession({
    source: new KeptSource(opened.source, recorderOf(opened, version), spool, systemClock.nowNs),
    openReader: (sink, shared) => openCaptureReader(0, sink, shared),
    origin: { ns: null },
    ports,
    keys,
    seed: (Math.random() * 2 ** 32) | 0,
    clock: systemClock,
    lagNs: () => lagNsOf(opened),
    stop: stop.signal,
    tap: null,
    events: silent,
    dropped: () => droppedOf(opened),
    linkTypeName,
  });
  const captured = session.run();
  await action();
  await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
  stop.abort();
  const { analysis } = await captured;
  return { analysis, files: (await spool.finish()).map(({ path }) => path) };
}
