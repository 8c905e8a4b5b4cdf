"""Sends paced 200-byte packets on an interface: TCP streams from port 8080, a WebSocket text frame in each packet.

Arguments: interface, packets per second, seconds, streams (one when left out). Prints how many were sent.
Each frame begins with the send time in nanoseconds since the epoch, so that the receiver can tell its delay.
"""
import socket
import struct
import sys
import time

interface, rate, seconds = sys.argv[1], int(sys.argv[2]), float(sys.argv[3])
streams = int(sys.argv[4]) if len(sys.argv) > 4 else 1
FIRST_PORT = 40000
PAYLOAD = 146
TEXT = PAYLOAD - 4
STEP = 0.001

sender = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
sender.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 8 << 20)
sender.bind((interface, 0))
# Addresses of nobody: the kernel drops the packets after they were captured, and answers nothing.
link = bytes(12) + b"\x08\x00"
ip = bytes([0x45, 0]) + struct.pack("!HHHBBH", 40 + PAYLOAD, 1, 0x4000, 64, 6, 0) + bytes([10, 99, 0, 1, 10, 99, 0, 2])
sent = 0


def packet(port, from_server, flags, sequence, client, payload=b""):
    """One packet of the handshake; the sender of the stream is the server."""
    ends = bytes([10, 99, 0, 1]), bytes([10, 99, 0, 2])
    source, destination = ends if from_server else ends[::-1]
    header = bytes([0x45, 0]) + struct.pack("!HHHBBH", 40 + len(payload), 1, 0x4000, 64, 6, 0) + source + destination
    ports = (8080, port) if from_server else (port, 8080)
    numbers = (sequence, client) if from_server else (client, sequence)
    return link + header + struct.pack("!HHIIBBHHH", *ports, *numbers, 0x50, flags, 65535, 0, 0) + payload


ask = (
    b"GET /bench HTTP/1.1\r\nHost: device:8080\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)
answer = (
    b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n"
)
for port in range(FIRST_PORT, FIRST_PORT + streams):
    sender.send(packet(port, False, 0x02, 0, 0))
    sender.send(packet(port, True, 0x12, 0, 1))
    sender.send(packet(port, False, 0x10, 1, 1))
    sender.send(packet(port, False, 0x18, 1, 1, ask))
    sender.send(packet(port, True, 0x18, 1, 1 + len(ask), answer))
    sent += 5
    if port % 4 == 0:
        time.sleep(STEP)
opening = sent
client = 1 + len(ask)
sequences = [1 + len(answer)] * streams
filler = b"x" * (TEXT - 20)
head = struct.pack("!BBH", 0x81, 126, TEXT)
began = time.monotonic()
while True:
    elapsed = time.monotonic() - began
    if elapsed >= seconds:
        break
    due = int(elapsed * rate) - sent + opening
    if due <= 0:
        time.sleep(STEP)
        continue
    for _ in range(due):
        text = b"%020d" % time.time_ns()
        stream = sent % streams
        sequence = sequences[stream] & 0xFFFFFFFF
        tcp = struct.pack("!HHIIBBHHH", 8080, FIRST_PORT + stream, sequence, client, 0x50, 0x18, 65535, 0, 0)
        try:
            sender.send(link + ip + tcp + head + text + filler)
        except OSError:
            continue
        sequences[stream] += PAYLOAD
        sent += 1
print(sent)
