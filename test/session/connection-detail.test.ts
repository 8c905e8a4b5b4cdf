import { describe, expect, it, vi } from "vitest";
import { connectionId } from "../../src/base/brand.ts";
import type { ConnectionDetail, FrameRow, PacketRow } from "../../src/session/detail-types.ts";
import { ROW } from "../../src/session/detail-types.ts";
import { connectionOfPacket } from "../../src/session/packet-search.ts";
import { openDesk } from "../support/open-desk.ts";
import { wscap } from "../support/run-cli.ts";
import { tsharkFields, tsharkMissing } from "../support/tshark.ts";

const never = new AbortController().signal;
const rowsOf = (detail: ConnectionDetail) => Array.from({ length: detail.length }, (_, index) => detail.row(index));

async function detailOf(capture: string, ...ids: number[]): Promise<ConnectionDetail> {
  const desk = await openDesk(capture);
  return desk.openDetail(ids.map(connectionId), () => undefined, never);
}

const frames = (detail: ConnectionDetail) => rowsOf(detail).filter((row): row is FrameRow => row.kind === ROW.frame);
const packets = (detail: ConnectionDetail) => rowsOf(detail).filter((row): row is PacketRow => row.kind === ROW.packet);

describe("connection detail", () => {
  it.each([
    ["captures/trouble.pcapng", 4],
    ["captures/compressed-fragmented.pcap", 1],
    ["captures/proxied-any.pcap", 2],
  ])("has the frames of %s that `wscap frames` prints", async (capture, connections) => {
    const { stdout } = await wscap(["frames", "--format", "ndjson", capture]);
    const printed = stdout
      .trim()
      .split("\n")
      .map(
        (line) =>
          JSON.parse(line) as {
            connection: number;
            packet: number;
            lastPacket: number;
            from: string;
            length: number;
            text: string | null;
          },
      );
    for (let id = 0; id < connections; id++) {
      const detail = await detailOf(capture, id);
      const expected = printed.filter(({ connection }) => connection === id);
      expect(
        frames(detail).map(({ firstPacket, packet, direction, length }) => [firstPacket, packet, direction, length]),
      ).toEqual(
        expected.map(({ packet, lastPacket, from, length }) => [packet, lastPacket, from === "client" ? 0 : 1, length]),
      );
      for (const [index, frame] of frames(detail).entries()) {
        const text = expected[index]?.text;
        if (text == null) continue;
        const bytes = detail.bodyBytes(frame.body?.blob ?? -1);
        expect(bytes === null ? null : Buffer.from(bytes).toString()).toBe(text);
      }
    }
  });

  it.skipIf(tsharkMissing !== null)("tells of a packet which connection holds it, as tshark does", async () => {
    for (const capture of ["captures/trouble.pcapng", "captures/proxied-any.pcap"]) {
      const desk = await openDesk(capture);
      const { rows } = await tsharkFields(capture, "tcp", ["frame.number", "tcp.stream"]);
      for (const [packet, stream] of rows.filter((_, index) => index % 7 === 0))
        expect(await desk.connectionOfPacket(Number(packet), never), `${capture} ${packet}`).toBe(Number(stream));
    }
  });

  it("holds no packet that is not in the capture, or of another connection", async () => {
    const desk = await openDesk("captures/trouble.pcapng");
    expect(await desk.connectionOfPacket(0, never)).toBeNull();
    expect(await desk.connectionOfPacket(378, never)).toBeNull();
    const { connections } = desk.getSnapshot();
    const replay = vi.fn();
    expect(await connectionOfPacket(378, connections, replay, never)).toBeNull();
    expect(replay).not.toHaveBeenCalled();
  });

  it.skipIf(tsharkMissing !== null)(
    "has every packet of a connection with tshark's numbers, flags and lengths",
    async () => {
      const fields = ["frame.number", "tcp.flags", "tcp.len", "tcp.seq_raw"];
      const { rows } = await tsharkFields("captures/trouble.pcapng", "tcp.port==43993", fields);
      const detail = await detailOf("captures/trouble.pcapng", 1);
      expect(
        packets(detail).map(({ packet, flags, payloadBytes, sequenceNumber }) => [
          packet,
          flags,
          payloadBytes,
          sequenceNumber,
        ]),
      ).toEqual(
        rows.map((cells) => {
          const [number, flags, length, sequence] = cells.map(([value]) => Number(value));
          return [number, (flags ?? 0) & 0xff, length, sequence];
        }),
      );
    },
  );

  it("knows where the layers of a packet begin", async () => {
    const detail = await detailOf("captures/trouble.pcapng", 1);
    const request = packets(detail).find(({ payloadBytes }) => payloadBytes > 0);
    const bytes = detail.packetBytes(request?.blob ?? -1) ?? new Uint8Array(0);
    const layers = request?.layers ?? { ip: -1, tcp: -1, payload: -1 };
    expect((bytes[layers.ip] ?? 0) >> 4).toBe(4);
    expect(((bytes[layers.tcp] ?? 0) << 8) | (bytes[layers.tcp + 1] ?? 0)).toBe(43_993);
    expect(Buffer.from(bytes.subarray(layers.payload, layers.payload + 5)).toString()).toBe("GET /");
  });

  it("stands in the order of the capture, HTTP heads before the frames behind them", async () => {
    const detail = await detailOf("captures/proxied-any.pcap", 0, 1);
    const numbers = rowsOf(detail).map(({ packet }) => packet);
    expect(numbers).toEqual([...numbers].sort((a, b) => a - b));
    const kinds = rowsOf(detail).map(({ kind }) => kind);
    expect(kinds.indexOf(ROW.request)).toBeLessThan(kinds.indexOf(ROW.response));
    expect(kinds.indexOf(ROW.response)).toBeLessThan(kinds.indexOf(ROW.frame));
  });

  it("reads again what memory did not keep", async () => {
    const desk = await openDesk("captures/trouble.pcapng");
    const ids = [connectionId(0)];
    const detail = await desk.openDetail(ids, () => undefined, never);
    const frame = frames(detail).find(({ body }) => body !== null && body.opcode === 1);
    const blob = frame?.body?.blob ?? -1;
    const kept = Buffer.from(detail.bodyBytes(blob) ?? []).toString();
    expect(kept).toContain("subscribe");
    forget(detail);
    expect(detail.bodyBytes(blob)).toBeNull();
    await desk.readBlob(detail, "body", blob, never);
    expect(Buffer.from(detail.bodyBytes(blob) ?? []).toString()).toBe(kept);
    await desk.readBlob(detail, "packet", 0, never);
    expect(detail.packetBytes(0)?.length).toBeGreaterThan(40);
  });

  it("stops when it is told to", async () => {
    const desk = await openDesk("captures/trouble.pcapng");
    const controller = new AbortController();
    controller.abort();
    await expect(desk.openDetail([connectionId(0)], () => undefined, controller.signal)).rejects.toThrow();
  });

  it("finds messages by their text, ignoring case", async () => {
    const desk = await openDesk("captures/trouble.pcapng");
    expect([...(await desk.searchPayloads("SPEEDKMH", () => undefined, never))].sort()).toEqual([0, 1, 2, 3]);
    expect([...(await desk.searchPayloads("no such words", () => undefined, never))]).toEqual([]);
  });
});

/** As if the budgets had been used up. */
function forget(detail: ConnectionDetail): void {
  const { bodies, packets: raw } = detail as unknown as Record<"bodies" | "packets", { kept: (Uint8Array | null)[] }>;
  bodies.kept.fill(null);
  raw.kept.fill(null);
}
