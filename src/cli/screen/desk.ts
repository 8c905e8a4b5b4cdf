import { DetailReader } from "../../session/connection-detail.ts";
import type { Desk, Progress } from "../../session/detail-types.ts";
import { connectionOfPacket } from "../../session/packet-search.ts";
import { searchPayloads } from "../../session/search-payloads.ts";
import type { Snapshot } from "../../session/types.ts";
import type { KeyLog } from "../../tls/key-log.ts";
import { replayOf } from "./replay.ts";

/** A running analysis, loaded or live. */
export interface Watched {
  subscribe(listener: () => void): () => void;
  getSnapshot(): Snapshot;
}

export interface DeskOptions {
  readonly session: Watched;
  readonly ports: readonly number[];
  /** Secrets of TLS. */
  readonly keys: KeyLog;
  /** Files that hold what has been read so far. */
  readonly paths: () => readonly string[];
  /** Packets before the first one in them. */
  readonly packetsGone?: () => number;
  /** The session has put packets in the order of their times: reading again must too. */
  readonly isInTime?: boolean;
  readonly progress: () => Progress | null;
  readonly stop: () => void;
}

/** What the views ask for, answered by the session and by reading its files again. */
export function createDesk(options: DeskOptions): Desk {
  const { session, ports, keys, paths, packetsGone = () => 0, isInTime = false, progress, stop } = options;
  const originNs = (): bigint | null => session.getSnapshot().originNs;
  const replay = (onProgress: (progress: Progress) => void) =>
    replayOf({ paths, packetsGone, isInTime, originNs, onProgress });
  const reader = new DetailReader();
  return {
    subscribe: session.subscribe,
    getSnapshot: session.getSnapshot,
    progress,
    stop,
    openDetail: (ids, onProgress, signal) =>
      reader.open({
        connections: session.getSnapshot().connections,
        ids,
        ports,
        keys,
        replay: replay(onProgress),
        signal,
      }),
    readBlob: (detail, of, blob, signal) =>
      reader.readBlob(
        detail,
        of,
        blob,
        replay(() => undefined),
        signal,
      ),
    connectionOfPacket: (packet, signal) => {
      const { connections } = session.getSnapshot();
      return connectionOfPacket(
        packet,
        connections,
        replay(() => undefined),
        signal,
      );
    },
    searchPayloads: (text, onProgress, signal) =>
      searchPayloads(text, session.getSnapshot().connections, { ports, keys }, replay(onProgress), signal),
  };
}
