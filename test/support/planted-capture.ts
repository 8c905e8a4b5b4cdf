import { createHash } from "node:crypto";
import { constants, createDeflateRaw, gzipSync } from "node:zlib";
import { COMMENT, SectionBuilder } from "./capture-builder.ts";
import { concat, icmpPacket, tcpPacket, udpPacket } from "./packet-builder.ts";
import { frame } from "./websocket-script.ts";

/** Everything that must not get out. Each is unique, so that it is clear where one came from. */
export const planted = {
  header: "hdrTok9f8e7d6c5b4a3210",
  basic: "li:geheim-Kennwort-77",
  cookie: "ckSess0123456789abcdef",
  setCookie: "scSess9876543210fedcba",
  query: "qryTok55aa66bb77cc88dd",
  subprotocol: "subTok1a2b3c4d5e6f7a8b9c0d",
  socketIo: "sioTok00112233445566",
  socketIoOddKey: "sioOdd7788990011aabb",
  password: "Pa55wort-segm3nt-gr3nze",
  fragmented: "frgTok42424242deadbeef",
  jwt: "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJwbGFudGVkIiwiaWF0IjoxNzAwMDAwMDAwfQ.c2lnbmF0dXJlLXBsYW50ZWQtMTIzNDU2",
  bearerInText: "btxTok.Xy12-Zw34_Vu56",
  base64: "b64Tok-inside-JSON-0815",
  percent: "pctTok/with+odd=chars99",
  compressed: "cmpTok-deflated-313373",
  compressedServer: "cmpSrv-deflated-271828",
  binary: "binTok\u0001raw-161803",
  formPassword: "frmPass-1234-horse",
  chunked: "chkTok-across-chunks-99",
  gzipped: "gzpTok-in-a-body-4711",
  closeReason: "clsTok-reason-0042",
  ping: "pngTok-payload-77777",
  afterGap: "gapTok-after-a-hole-88",
  resetPayload: "rstTok-in-reset-6666",
  udp: "udpTok-syslog-55555",
  comment: "cmtTok-comment-44444",
  secretsBlock: "CLIENT_RANDOM-dsbTok-333",
  plate: "plt-KA-PV-2024",
  apiKey: "AKIAIOSFODNN7PLANTED",
} as const;

const CLIENT = "10.9.8.7";
const SERVER = "10.9.8.1";

/** One TCP conversation written packet by packet. */
export class Talk {
  readonly packets: { data: Uint8Array; comment?: string }[] = [];
  private readonly port: number;
  private next: [number, number] = [1000, 5000];

  constructor(port: number) {
    this.port = port;
    this.add("S", 0, new Uint8Array(0), 1);
    this.add("SA", 1, new Uint8Array(0), 1);
    this.add("A", 0, new Uint8Array(0));
  }

  /** `cuts`: sizes of the segments before the rest. */
  say(from: 0 | 1, payload: Uint8Array | string, cuts: readonly number[] = []): void {
    const bytes = typeof payload === "string" ? new Uint8Array(Buffer.from(payload)) : payload;
    let at = 0;
    for (const size of cuts) {
      this.add("PA", from, bytes.subarray(at, at + size));
      at += size;
    }
    this.add("PA", from, bytes.subarray(at));
  }

  repeatLast(): void {
    const last = this.packets.at(-1);
    if (last !== undefined) this.packets.push({ data: last.data });
  }

  /** Bytes that the peer acknowledged and the capture lacks. */
  lose(from: 0 | 1, length: number): void {
    this.next[from] += length;
    this.add("A", from === 0 ? 1 : 0, new Uint8Array(0));
  }

  end(flags: string, from: 0 | 1, payload: Uint8Array = new Uint8Array(0)): void {
    this.add(flags, from, payload, flags.includes("F") ? 1 : 0);
  }

  private add(flags: string, from: 0 | 1, payload: Uint8Array, extra = 0): void {
    const client = `${CLIENT}:${this.port}`;
    const server = `${SERVER}:8080`;
    const to = from === 0 ? 1 : 0;
    this.packets.push({
      data: tcpPacket({
        from: from === 0 ? client : server,
        to: from === 0 ? server : client,
        flags,
        seq: this.next[from],
        ack: flags === "S" ? 0 : this.next[to],
        payload,
      }),
    });
    this.next[from] += payload.length + extra;
  }
}

const accept = (key: string): string =>
  createHash("sha1").update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest("base64");
const KEY = "dGhlIHNhbXBsZSBub25jZQ==";

export function openWebSocket(
  talk: Talk,
  target: string,
  fields: readonly string[],
  agreed: readonly string[] = [],
): void {
  const request = [`GET ${target} HTTP/1.1`, "Host: planted.example", "Upgrade: websocket", "Connection: Upgrade"];
  talk.say(
    0,
    `${[...request, `Sec-WebSocket-Key: ${KEY}`, "Sec-WebSocket-Version: 13", ...fields].join("\r\n")}\r\n\r\n`,
    [40],
  );
  const response = ["HTTP/1.1 101 Switching Protocols", "Upgrade: websocket", "Connection: Upgrade"];
  talk.say(1, `${[...response, `Sec-WebSocket-Accept: ${accept(KEY)}`, ...agreed].join("\r\n")}\r\n\r\n`);
}

export const clientText = (payload: string): Buffer => frame({ opcode: 1, payload });
export const fromServer = (payload: string | Uint8Array, opcode = 1): Buffer => frame({ opcode, payload, mask: null });

function plainTalk(): Talk {
  const talk = new Talk(40001);
  openWebSocket(
    talk,
    `/socket.io/?EIO=4&transport=websocket&token=${planted.query}`,
    [
      `Authorization: Bearer ${planted.header}`,
      `Cookie: theme=dark; session=${planted.cookie}`,
      `Sec-WebSocket-Protocol: chat, ${planted.subprotocol}`,
    ],
    ["Sec-WebSocket-Protocol: chat", `Set-Cookie: session=${planted.setCookie}; Path=/; HttpOnly`],
  );
  talk.say(0, clientText(`40{"token":"${planted.socketIo}","whatever":"${planted.socketIoOddKey}"}`));
  // A secret across two segments, then sent again.
  talk.say(0, clientText(`{"user":"li","password":"${planted.password}"}`), [24, 12]);
  talk.repeatLast();
  const parts = `{"accessToken":"${planted.fragmented}","n":1}`;
  talk.say(0, frame({ opcode: 1, payload: parts.slice(0, 25), fin: false }));
  talk.say(0, frame({ opcode: 9, payload: `token=${planted.ping}` }));
  talk.say(0, frame({ opcode: 0, payload: parts.slice(25) }));
  talk.say(1, fromServer(`welcome ${planted.jwt} and bearer ${planted.bearerInText}`));
  // Nothing but having seen it elsewhere gives it away here.
  talk.say(1, fromServer(`echo of ${planted.query} and ${planted.password} and ${planted.socketIo}`));
  talk.say(1, fromServer(`{"blob":"${Buffer.from(JSON.stringify({ password: planted.base64 })).toString("base64")}"}`));
  talk.say(0, clientText(`data=${encodeURIComponent(JSON.stringify({ token: planted.percent }))}&n=1`));
  talk.say(0, frame({ opcode: 2, payload: Buffer.concat([Buffer.from("\u00a5token"), Buffer.from(planted.binary)]) }));
  talk.say(1, fromServer(`{"plate":"${planted.plate}","key_id":"${planted.apiKey}"}`));
  for (const secret of [planted.header, planted.cookie]) {
    talk.say(
      1,
      fromServer(
        `in base64 ${Buffer.from(`x${secret}y`).toString("base64")} hex ${Buffer.from(secret).toString("hex")}`,
      ),
    );
  }
  const reason = Buffer.concat([Buffer.from([0x0f, 0xa0]), Buffer.from(`token=${planted.closeReason}`)]);
  talk.say(1, fromServer(reason, 8));
  talk.end("R", 1, Buffer.from(`token=${planted.resetPayload}`));
  return talk;
}

async function deflated(messages: readonly string[]): Promise<Buffer[]> {
  const deflate = createDeflateRaw({ windowBits: 15 });
  const out: Buffer[] = [];
  for (const message of messages) {
    const chunks: Buffer[] = [];
    const collect = (chunk: Buffer): void => void chunks.push(chunk);
    deflate.on("data", collect);
    deflate.write(message);
    await new Promise<void>((resolve) => deflate.flush(constants.Z_SYNC_FLUSH, () => resolve()));
    deflate.off("data", collect);
    out.push(Buffer.concat(chunks).subarray(0, -4));
  }
  return out;
}

async function compressedTalk(): Promise<Talk> {
  const talk = new Talk(40002);
  const extension = "Sec-WebSocket-Extensions: permessage-deflate";
  openWebSocket(talk, "/compressed", [extension], [extension]);
  const up = await deflated([
    '{"hello":"first, harmless"}',
    `{"token":"${planted.compressed}"}`,
    `again ${planted.compressed}`,
  ]);
  for (const payload of up) talk.say(0, frame({ opcode: 1, rsv: 4, payload }));
  const down = await deflated(["a harmless answer", `{"jwt":"${planted.compressedServer}"}`, "the end"]);
  for (const payload of down) talk.say(1, frame({ opcode: 1, rsv: 4, payload, mask: null }));
  talk.say(0, frame({ opcode: 8, payload: Buffer.from([0x03, 0xe8]) }));
  talk.say(1, fromServer(Buffer.from([0x03, 0xe8]), 8));
  talk.end("FA", 0);
  talk.end("FA", 1);
  return talk;
}

function httpTalk(): Talk {
  const talk = new Talk(40003);
  const body = `user=li&password=${planted.formPassword}`;
  const basic = Buffer.from(planted.basic).toString("base64");
  talk.say(
    0,
    `POST /login HTTP/1.1\r\nHost: h\r\nAuthorization: Basic ${basic}\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
  );
  const json = `{"token":"${planted.chunked}"}`;
  const chunk = (part: string): string => `${part.length.toString(16)}\r\n${part}\r\n`;
  const head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n";
  talk.say(1, `${head}${chunk(json.slice(0, 16))}${chunk(json.slice(16))}0\r\n\r\n`, [130]);
  talk.say(0, "GET /me HTTP/1.1\r\nHost: h\r\n\r\n");
  const zipped = gzipSync(`{"token":"${planted.gzipped}"}`);
  const packed = `HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: ${zipped.length}\r\n\r\n`;
  talk.say(1, concat(Buffer.from(packed), zipped));
  talk.end("FA", 0);
  talk.end("FA", 1);
  return talk;
}

function gapTalk(): Talk {
  const talk = new Talk(40004);
  openWebSocket(talk, "/gap", []);
  talk.say(0, clientText("before the hole"));
  talk.lose(0, 300);
  talk.say(0, clientText(`{"token":"${planted.afterGap}"}`));
  talk.say(0, clientText("and then some more"));
  return talk;
}

/** A pcapng capture with every planted secret in it, in the ways that the two guides' captures have them, and worse. */
export async function plantedCapture(): Promise<Uint8Array> {
  const section = new SectionBuilder(true);
  const talks = [plainTalk(), await compressedTalk(), httpTalk(), gapTalk()];
  const packets = talks.flatMap(({ packets: all }) => all);
  const quoted = tcpPacket({
    from: `${CLIENT}:40001`,
    to: `${SERVER}:8080`,
    flags: "PA",
    seq: 1001,
    payload: `GET /?token=${planted.query} HTTP/1.1\r\n`,
    link: "raw",
  });
  packets.push({ data: icmpPacket({ from: "10.9.8.254", to: CLIENT, type: 3, code: 1, payload: quoted }) });
  packets.push({
    data: udpPacket({ from: `${CLIENT}:514`, to: `${SERVER}:514`, payload: `login password=${planted.udp}` }),
  });
  const start = 1_700_000_000_000_000n;
  const blocks = packets.map(({ data }, index) =>
    section.enhanced(0, start + BigInt(index) * 10_000n, data, {
      options: index === 4 ? [[COMMENT, `look: token=${planted.comment}`]] : [],
    }),
  );
  return concat(
    section.header([[COMMENT, `captured with password=${planted.comment}`]]),
    section.description(1, 0),
    section.secrets(0x544c534b, new Uint8Array(Buffer.from(planted.secretsBlock))),
    ...blocks,
  );
}

/** A capture of some talks, one packet every 10 ms. */
export function captureOf(talks: readonly Talk[]): Uint8Array {
  const section = new SectionBuilder(true);
  const blocks = talks
    .flatMap(({ packets }) => packets)
    .map(({ data }, index) => section.enhanced(0, 1_700_000_000_000_000n + BigInt(index) * 10_000n, data));
  return concat(section.header(), section.description(1, 0), ...blocks);
}
