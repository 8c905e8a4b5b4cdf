"""A wire between two namespaces that can be told to misbehave (the kernels of small machines often lack netem).

Usage: link.py CLIENT_TAP SERVER_TAP [MIRROR_TAP]. Makes the TAP devices; what enters the first two is copied to the third
(a switch's mirror port, VLAN tags and all). Prints "ready", forwards frames, and takes one JSON command
a line on standard input (see link.ts for their meaning). Standard library only.
"""

import fcntl
import heapq
import json
import os
import random
import select
import struct
import sys
import time

TUNSETIFF = 0x400454CA
IFF_TAP = 0x0002
IFF_NO_PI = 0x1000
UP, DOWN = 0, 1  # client to server, server to client
FIN, SYN, RST, ACK = 0x01, 0x02, 0x04, 0x10


def open_tap(name):
    descriptor = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(descriptor, TUNSETIFF, struct.pack("16sH", name.encode(), IFF_TAP | IFF_NO_PI))
    return descriptor


def checksum(data):
    if len(data) % 2:
        data += b"\0"
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


class Segment:
    """The TCP segment of an Ethernet/IPv4 frame, or None (see `of`)."""

    def __init__(self, frame, tcp, payload, total_length):
        self.frame, self.tcp, self.payload, self.total_length = frame, tcp, payload, total_length
        self.source_port, self.destination_port, self.sequence, self.acknowledgment = struct.unpack_from("!HHII", frame, tcp)
        self.flags = frame[tcp + 13]

    @staticmethod
    def of(frame):
        if len(frame) < 54 or frame[12:14] != b"\x08\x00" or frame[23] != 6:
            return None
        tcp = 14 + (frame[14] & 0x0F) * 4
        total_length = struct.unpack_from("!H", frame, 16)[0]
        return Segment(frame, tcp, tcp + (frame[tcp + 12] >> 4) * 4, total_length)

    def next_sequence(self):
        length = 14 + self.total_length - self.payload
        return (self.sequence + length + bool(self.flags & SYN) + bool(self.flags & FIN)) & 0xFFFFFFFF


def forge_reset(model, sequence, hop_limit, ip_id):
    """An RST from the sender of `model`, with addresses and ports of that segment."""
    source, destination = model.frame[26:30], model.frame[30:34]
    ip = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 40, ip_id, 0, hop_limit, 6, 0, source, destination)
    ip = ip[:10] + struct.pack("!H", checksum(ip)) + ip[12:]
    tcp = struct.pack("!HHIIBBHHH", model.source_port, model.destination_port, sequence & 0xFFFFFFFF, 0, 0x50, RST, 0, 0, 0)
    pseudo = source + destination + struct.pack("!BBH", 0, 6, len(tcp))
    tcp = tcp[:16] + struct.pack("!H", checksum(pseudo + tcp)) + tcp[18:]
    return model.frame[:14] + ip + tcp


class Link:
    def __init__(self, names):
        self.taps = [open_tap(name) for name in names[:2]]
        self.mirror = open_tap(names[2]) if len(names) > 2 else None
        self.tags = b""
        self.harms = [{}, {}]
        self.queue = []  # (due, order, tap index, frame)
        self.order = 0
        self.last_due = [0.0, 0.0]
        self.newest = [None, None]  # newest TCP segment each way

    def run(self):
        print("ready", flush=True)
        commands = b""
        while True:
            wait = max(0.0, self.queue[0][0] - time.monotonic()) if self.queue else None
            readable, _, _ = select.select([*self.taps, 0], [], [], wait)
            if 0 in readable:
                chunk = os.read(0, 65536)
                if not chunk:
                    return
                *lines, commands = (commands + chunk).split(b"\n")
                for line in lines:
                    self.obey(json.loads(line))
            for way in (UP, DOWN):
                if self.taps[way] in readable:
                    self.receive(way)
            now = time.monotonic()
            while self.queue and self.queue[0][0] <= now:
                _, _, way, frame = heapq.heappop(self.queue)
                self.write(1 - way, frame)

    def obey(self, command):
        if command["do"] == "harm":
            for way in {"up": [UP], "down": [DOWN], "both": [UP, DOWN]}[command["way"]]:
                self.harms[way] = command
        elif command["do"] == "reset":
            self.reset(command)
        elif command["do"] == "tag":
            ids = command["vlans"]
            kinds = [0x88A8] * (len(ids) - 1) + [0x8100]  # IEEE 802.1ad outside, 802.1Q inside
            self.tags = b"".join(struct.pack("!HH", kind, vlan) for kind, vlan in zip(kinds, ids))

    def reset(self, command):
        way = UP if command["from"] == "client" else DOWN
        mine, theirs = self.newest[way], self.newest[1 - way]
        if mine is None or theirs is None:
            return
        awaited = theirs.acknowledgment + command.get("sequenceOffset", 0)
        for number in range(command.get("count", 1)):
            self.write(1 - way, forge_reset(mine, awaited + number * 1460, command["hopLimit"], command["ipId"]))
        if command.get("to") == "both":
            self.write(way, forge_reset(theirs, mine.acknowledgment, command["hopLimit"], command["ipId"]))

    def receive(self, way):
        try:
            frame = os.read(self.taps[way], 65536)
        except OSError:
            return
        if self.mirror is not None:
            self.write_to(self.mirror, frame[:12] + self.tags + frame[12:])
        segment = Segment.of(frame)
        if segment is not None:
            self.newest[way] = segment
        harm = self.harms[way]
        if self.is_lost(harm, frame, segment):
            return
        if harm.get("corrupt") and segment and random.random() < harm["corrupt"]:
            frame = self.corrupted(frame, segment)
        copies = 2 if random.random() < harm.get("duplicate", 0) else 1
        for _ in range(copies):
            self.schedule(way, frame, harm)

    def is_lost(self, harm, frame, segment):
        if harm.get("cut") or random.random() < harm.get("loss", 0):
            return True
        if harm.get("mtuBytes") and frame[12:14] == b"\x08\x00" and len(frame) - 14 > harm["mtuBytes"]:
            return True
        wanted = harm.get("dropFlags")
        return bool(wanted and segment and segment.flags & wanted["mask"] == wanted["equals"])

    def corrupted(self, frame, segment):
        if segment.payload >= 14 + segment.total_length:
            return frame
        place = random.randrange(segment.payload, 14 + segment.total_length)
        return frame[:place] + bytes([frame[place] ^ 0x10]) + frame[place + 1 :]

    def schedule(self, way, frame, harm):
        now = time.monotonic()
        due = now + (harm.get("delayMs", 0) + random.random() * harm.get("jitterMs", 0)) / 1000
        if random.random() < harm.get("reorder", 0):
            due = max(due, self.last_due[way]) + harm.get("reorderMs", 10) / 1000
        else:
            due = max(due, self.last_due[way])  # jitter delays, it does not reorder
            self.last_due[way] = due
        self.order += 1
        heapq.heappush(self.queue, (due, self.order, way, frame))

    def write(self, side, frame):
        self.write_to(self.taps[side], frame)

    @staticmethod
    def write_to(tap, frame):
        try:
            os.write(tap, frame)
        except OSError:
            pass  # the other end is down: what a cable does


Link(sys.argv[1:]).run()
