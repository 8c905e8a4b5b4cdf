import { CLIENT, type Direction, type PerDirection, SERVER } from "../../base/brand.ts";
import type { TcpFacts } from "../../store/tcp-types.ts";
import type { RhythmBeat, TlsRhythm } from "../../store/tls-types.ts";
import { cipherSuite } from "../../tls/cipher-suites.ts";
import type { TlsReader } from "../../tls/record-reader.ts";
import type { RecordBeat } from "../../tls/record-rhythm.ts";
import { TLS_1_3 } from "../../tls/unlock.ts";
import { mark, markOrNull } from "../marks.ts";

/** Who says that it sends no more ends TCP in the same breath. */
const AT_ONCE_NS = 100e6;

type Moment = { readonly packetNumber: number; readonly timestampNs: number };

/** The last record of each side that is, or most likely is, its close_notify. */
export function guessedClosings({ rhythm }: TlsReader, { halves, resets }: TcpFacts): PerDirection<Moment | null> {
  const of = (direction: Direction): Moment | null => {
    const alert = rhythm.alertAtEnd(direction);
    if (alert === null || alert.isSure) return alert;
    const from = direction === CLIENT ? "client" : "server";
    const ends = [halves[direction].fin, ...resets.filter((reset) => reset.from === from)];
    const isEnd = ends.some((end) => end !== null && Math.abs(end.timestampNs - alert.timestampNs) <= AT_ONCE_NS);
    return isEnd ? alert : null;
  };
  return [of(CLIENT), of(SERVER)];
}

export function rhythmFacts(
  reader: TlsReader,
  closings: PerDirection<Moment | null>,
  endNs: number | null,
): TlsRhythm | null {
  const { rhythm } = reader;
  if (rhythm.since === null) return null;
  const last = (direction: Direction) => rhythm.last(direction, closings[direction] !== null);
  return {
    since: mark(rhythm.since),
    records: [rhythm.records(CLIENT), rhythm.records(SERVER)],
    last: [markOrNull(last(CLIENT)), markOrNull(last(SERVER))],
    smallTurns: rhythm.smallTurns,
    unasked: [rhythm.unasked(CLIENT), rhythm.unasked(SERVER)],
    answerBytes: rhythm.answerBytes,
    beats: [beatOf(rhythm.beat(CLIENT)), beatOf(rhythm.beat(SERVER))],
    farewell: saysFarewell(reader, closings, endNs),
    holes: rhythm.holes,
  };
}

const beatOf = (beat: RecordBeat | null): RhythmBeat | null =>
  beat && {
    ...beat,
    last: mark(beat.last),
    lastAnswer: markOrNull(beat.lastAnswer),
    firstUnanswered: markOrNull(beat.firstUnanswered),
  };

/** RFC 6455 §5.5.1: empty, or a code and a reason; §5.2: a client's has a masking key. */
const FRAME_BYTES: PerDirection<number> = [6, 2];
const MOST_REASON_BYTES = 125;
const CODE_BYTES = 2;
const FAREWELL_NS = 2e9;
const BLOCK_BYTES = 16;

const suiteOf = (reader: TlsReader) => {
  const server = reader.hello(SERVER)?.hello;
  return server === undefined ? null : cipherSuite(server.cipherSuite);
};

const isBlockCipher = (reader: TlsReader): boolean => suiteOf(reader)?.cipher.kind === "cbc";

/** What TLS adds to a record's body; of CBC about. Unknown, it is taken for TLS 1.3 (RFC 8446 §5.2). */
function addedBytes(reader: TlsReader): number {
  const cipher = suiteOf(reader)?.cipher;
  if (cipher === undefined) return 17;
  if (cipher.kind === "cbc") return BLOCK_BYTES + cipher.macBytes;
  if (reader.hello(SERVER)?.hello.version === TLS_1_3) return cipher.tagBytes + 1;
  return cipher.tagBytes + (cipher.name === "chacha20-poly1305" ? 0 : 8);
}

interface Farewell {
  readonly timestampNs: number;
  /** Of the reason, code included. */
  readonly reasonBytes: number;
}

/**
 * The last thing that both ends said, or one of them right before the end, may have been a Close frame: bare, as most are,
 * or with a reason that the other one repeated.
 */
function saysFarewell(reader: TlsReader, closings: PerDirection<Moment | null>, endNs: number | null): boolean {
  const { rhythm } = reader;
  const added = addedBytes(reader);
  // A block cipher rounds up.
  const leeway = isBlockCipher(reader) ? BLOCK_BYTES : 0;
  const closeOf = (direction: Direction): Farewell | null => {
    const last = rhythm.last(direction, closings[direction] !== null);
    if (last === null || !rhythm.isOdd(direction, last.bytes)) return null;
    const reasonBytes = last.bytes - added - FRAME_BYTES[direction];
    return reasonBytes < 0 || reasonBytes > MOST_REASON_BYTES + leeway
      ? null
      : { timestampNs: last.timestampNs, reasonBytes };
  };
  const isBare = ({ reasonBytes }: Farewell): boolean =>
    reasonBytes === 0 || reasonBytes === CODE_BYTES || reasonBytes < leeway + CODE_BYTES;
  const [client, server] = [closeOf(CLIENT), closeOf(SERVER)];
  if (client !== null && server !== null && Math.abs(client.timestampNs - server.timestampNs) <= FAREWELL_NS) {
    const isRepeated = Math.abs(client.reasonBytes - server.reasonBytes) <= leeway;
    if (isRepeated || isBare(client) || isBare(server)) return true;
  }
  return [client, server].some(
    (one) => one !== null && isBare(one) && endNs !== null && endNs - one.timestampNs <= FAREWELL_NS,
  );
}
