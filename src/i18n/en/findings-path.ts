import type { SomeFindings } from "../texts.ts";

/** A path that lets nothing through any more. */
export const findingsPath = {
  "tcp.path.blackhole": {
    endLost: {
      title:
        "The {from:word} hung up, and the {to:word} never learned of it: the FIN was sent again {repeats:once|# times} in {waitedMs:ms}, never acknowledged",
      detail:
        "[[The {from:word} had heard nothing for {idleMs:ms} by then, although the {to:word} had sent regularly before: most likely it hung up for that. ]]For the {to:word} the connection stands open until its own heartbeat, or TCP, gives it up: it goes on sending to nobody. What the {from:word} sends no longer gets there.",
    },
    endLate: {
      title:
        "The path was interrupted for at least {leastMs:ms} and at most {mostMs:ms}: the {from:word} hung up meanwhile, and its FIN was sent again {repeats:once|# times} without an answer",
      detail:
        "[[The {from:word} had heard nothing for {idleMs:ms} by then, although the {to:word} had sent regularly before: most likely it hung up for that. ]]The {to:word} knew nothing of it; when its packets came through again, the connection was gone on the other side.",
    },
    allLost: {
      title:
        "Nothing gets through between the {from:word} and the {to:word} any more: {bytes:bytes} sent again {repeats:once|# times} in {waitedMs:ms}, and {dials:one new connection|# new connections} got no answer either",
      detail:
        "So it is not this connection alone: the {to:word} is gone (cable, radio link, sleep, power), or the path between the two hosts is interrupted. No FIN or RST ends the connection here; a FIN would have to wait behind the data that does not get through.",
    },
    closedMeanwhile: {
      title:
        "The path let nothing through for at least {leastMs:ms}[[ and at most {mostMs:ms}]], and in that time the {closer:word} closed the WebSocket",
      detail:
        "What the {from:word} sent arrived only after {repeats:one repetition|# repetitions}, and then it came to a WebSocket that was being closed. Whether the {closer:word} gave up for it, its own log tells: a Close without a code or with 1000 does not say so.",
    },
    survived: {
      title:
        "The path let nothing through for at least {leastMs:ms}[[ and at most {mostMs:ms}]]: what the {from:word} sent arrived only then, after {repeats:one repetition|# repetitions}",
      detail:
        "[[It stood still like this {times} times; this was the longest. ]]The connection survived it: TCP sent the data again until it came through. A heartbeat with less patience would have ended the connection.",
    },
    midTraffic: {
      title:
        "What the {from:word} sends is no longer acknowledged, and nothing comes from the {to:word} any more: {bytes:bytes} sent again {repeats:once|# times} in {waitedMs:ms}",
      detail:
        "No FIN or RST ends it here; a FIN would have to wait behind the data that does not get through. Either the {to:word} is gone (cable, radio link, sleep, power), or something on the path drops the connection, both ways or only on the way back: in one capture the two look alike. Captures at both ends, compared, tell them apart; so does a new connection between the two hosts while this one hangs.",
    },
    stateLost: {
      title:
        "The path no longer lets this connection through, while new ones between the same hosts open: {bytes:bytes} of the {from:word} sent again {repeats:once|# times} in {waitedMs:ms}, never acknowledged",
      detail:
        "{client} opened meanwhile, and after that this connection's data was sent {repeatsAfter:once|# times} more in vain. So both hosts are up and reach each other: what is lost is what a device on the path, or a host's own firewall, knew of this connection. It drops the packets without a word, so neither program learns of it.",
    },
    acknowledgmentsLost: {
      title:
        "The {from:word} does not get what the {to:word} sends: it sent the same data again {repeats:once|# times} in {waitedMs:ms}, although it had arrived and was acknowledged at once",
      detail:
        "Packets get through in one direction only. To the {from:word} this looks as if the {to:word} had vanished; it will give up in the end.",
    },
    healed: {
      title:
        "The path was interrupted for at least {leastMs:ms}[[ and at most {mostMs:ms}]]: {bytes:bytes} of the {from:word} were sent again {repeats:once|# times}; meanwhile the {closer:word} gave the connection up",
      detail:
        "Nothing of the {to:word} arrived while the {from:word} repeated its data. Then something came again, too late: the path is open again, the connection is gone.",
    },
    restarted: {
      title:
        "The {to:word} was gone for at least {leastMs:ms}[[ and at most {mostMs:ms}]] and came back without knowing the connection: most likely it restarted",
      detail:
        "{bytes:bytes} of the {from:word} were sent again {repeats:once|# times} meanwhile. The first packet that came through was answered by an RST that acknowledges nothing: a system says so of connections that it does not have. Its heartbeat had no time to give up, or it has none.",
    },
    forgotten: {
      title:
        "The {to:word} was gone for at least {leastMs:ms}[[ and at most {mostMs:ms}]] and came back without knowing the connection: it had given it up meanwhile, or restarted",
      detail:
        "{bytes:bytes} of the {from:word} were sent again {repeats:once|# times} meanwhile. The first packet that came through was answered by an RST that acknowledges nothing: a system says so of connections that it does not have (any more). Pings of the {from:word} stayed away for longer than a {to:word} that watches for them waits; one that restarted answers alike.",
    },
    oneWay: {
      title:
        "What the {from:word} sends is never acknowledged, although the {to:word} lives and sends: {bytes:bytes} sent again {repeats:once|# times} in {waitedMs:ms}",
      detail:
        "Packets get through in one direction only. A firewall rule does this (also one on the {to:word}'s own machine, behind the point of capture), a NAT entry that is gone, or a route or radio link that is broken one way.",
    },
    bothSilent: {
      title:
        "For {waitedMs:ms} no packet of either side came, though the {from:word} went on sending: {bytes:bytes} of it never arrived; then the {to:word} hung up",
      detail:
        "The {to:word} sent nothing either, and got nothing that its system would have answered. So the {to:word} slept (a closed laptop, a suspended device), or it was cut off: from here the two look alike. Its program noticed nothing before it was back.",
    },
    hole: {
      title:
        "{bytes:bytes} of the {from:word} never arrived, while later packets did: for {waitedMs:ms} the {to:word}'s program got nothing more",
      detail:
        "Everything behind the hole waits, pongs and Close frames included; both programs believe that the other is silent. Where large packets are lost and small ones pass, it is the path MTU.",
    },
    unreachable: {
      title:
        "{sender} can no longer deliver what the {from:word} sends, in the middle of the connection: ICMP {meaning:word}",
      detail:
        "{bytes:bytes} were sent again {repeats:once|# times} in {waitedMs:ms}, never acknowledged. TCP takes such a message for a passing trouble and goes on trying (RFC 5461); the programs learn nothing of it.",
    },
    rejected: {
      title: "{sender} rejects what the {from:word} sends, in the middle of the connection: ICMP {meaning:word}",
      detail:
        "{bytes:bytes} were sent again {repeats:once|# times} in {waitedMs:ms}, never acknowledged. TCP takes such a message for a passing trouble and goes on trying (RFC 5461); the programs learn nothing of it.",
    },
    afterIdle: {
      title:
        "After {idleMs:ms} of silence nothing from the {from:word} arrives any more: sent again {repeats:once|# times}, never acknowledged",
      detail: "A NAT or load balancer has most likely dropped the idle connection and now discards its packets.",
    },
    fullSize: {
      title:
        "Large packets from the {from:word} do not arrive: {segmentBytes:bytes} sent again {repeats:once|# times}, never acknowledged",
      detail:
        "The path seems to take only smaller packets[[ (a router says {mtu} bytes)]], and everything behind the lost one waits, pongs included. VPN and mobile links do this.",
    },
  },
} as const satisfies SomeFindings;
