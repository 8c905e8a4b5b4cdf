import { CLIENT, type Direction, SERVER } from "../base/brand.ts";
import type { PerDirection, RhythmBeat, TcpFacts, TlsRhythm } from "../store/types.ts";
import { cipherSuite } from "../tls/cipher-suites.ts";
import type { TlsReader } from "../tls/record-reader.ts";
import type { RecordBeat } from "../tls/record-rhythm.ts";
import { TLS_1_3 } from "../tls/unlock.ts";
import { mark, markOrNull } from "./marks.ts";

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

export function rhythmFacts(reader: TlsReader, closings: PerDirection<Moment | null>): TlsRhythm | null {
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
    farewell: saysFarewell(reader, closings),
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

/** What TLS adds to a record's body; of CBC about. */
function addedBytes(reader: TlsReader): number {
  const server = reader.hello(SERVER)?.hello;
  const suite = server === undefined ? null : cipherSuite(server.cipherSuite);
  if (suite === null || server?.version === TLS_1_3)
    return suite?.cipher.kind === "aead" ? suite.cipher.tagBytes + 1 : 17;
  if (suite.cipher.kind === "cbc") return 16 + suite.cipher.macBytes;
  return suite.cipher.tagBytes + (suite.cipher.name === "chacha20-poly1305" ? 0 : 8);
}

/** The last thing that both ends said, or one of them before the other ended, may have been a Close frame. */
function saysFarewell(reader: TlsReader, closings: PerDirection<Moment | null>): boolean {
  const { rhythm } = reader;
  const added = addedBytes(reader);
  const isClose = (direction: Direction): { readonly isBare: boolean; readonly timestampNs: number } | null => {
    const last = rhythm.last(direction, closings[direction] !== null);
    if (last === null || !rhythm.isOdd(direction, last.bytes)) return null;
    const reason = last.bytes - added - FRAME_BYTES[direction];
    // A block cipher rounds up.
    if (reason < 0 || reason > MOST_REASON_BYTES + 16) return null;
    return { isBare: reason === 0 || reason === CODE_BYTES, timestampNs: last.timestampNs };
  };
  const [client, server] = [isClose(CLIENT), isClose(SERVER)];
  if (client !== null && server !== null) return Math.abs(client.timestampNs - server.timestampNs) <= FAREWELL_NS;
  const one = client ?? server;
  const ending = closings[client === null ? CLIENT : SERVER];
  return one?.isBare === true && ending !== null && ending.timestampNs - one.timestampNs <= FAREWELL_NS;
}
