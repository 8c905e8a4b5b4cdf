import { expect, test } from "vitest";
import { judge } from "../../src/rules/judging/judge.ts";
import { abnormal, connectionFacts, mark, reset, tcp, webSocket } from "../support/facts-builder.ts";
import { namespace, sessionFacts } from "../support/session-facts.ts";
import { one } from "./cases/case.ts";

/** What is said of how long it was open. */
const openFor = (ruleId: string, connection: Parameters<typeof one>[0]) => {
  const { openMs, atLeast } = judge(one(connection)).find((finding) => finding.ruleId === ruleId)?.args ?? {};
  return { openMs, atLeast };
};

test("a WebSocket whose beginning was not captured was open for at least what was seen of it", () => {
  const hungUp = (midstream: boolean) => abnormal("server", 40, { webSocketFacts: { midstream } });
  const whole = openFor("ws.close.no-close-frame", hungUp(false));
  expect(whole.openMs).toBeGreaterThan(30_000);
  expect(whole.atLeast).toBeUndefined();
  expect(openFor("ws.close.no-close-frame", hungUp(true))).toEqual({ ...whole, atLeast: "atLeast" });

  const wasReset = (midstream: boolean) =>
    abnormal("server", 40, {
      tcpFacts: { ending: "rst", resets: [reset({ at: 40 })] },
      webSocketFacts: { midstream },
    });
  expect(openFor("tcp.rst", wasReset(false)).atLeast).toBeUndefined();
  expect(openFor("tcp.rst", wasReset(true)).atLeast).toBe("atLeast");
});

test("of its 101 nothing is shown, since nothing was seen", () => {
  const [silent] = webSocket().heartbeat;
  const quiet = (midstream: boolean) =>
    connectionFacts({
      last: mark(90),
      webSocket: webSocket({ midstream, heartbeat: [silent, silent] }),
      tcp: { ...connectionFacts().tcp, closedAt: mark(90) },
    });
  const shown = (midstream: boolean) =>
    judge(one(quiet(midstream)))
      .find(({ ruleId }) => ruleId === "ws.ping.absent")
      ?.evidence.map(({ what }) => what);
  expect(shown(false)).toEqual(["switched", "lastPacket"]);
  expect(shown(true)).toEqual(["firstSeen", "lastPacket"]);
});

test("whether it sent a token then is not known", () => {
  const refused = { ...mark(0.05), message: "missing token" };
  const asked = namespace({ connectRequested: null, hasAuth: false, connected: null, refused });
  const variant = (opening: "complete" | "not-captured") =>
    judge(
      one(
        connectionFacts({
          session: sessionFacts({ protocol: "socket.io", socketIo: [asked] }),
          webSocket: webSocket({ midstream: opening === "not-captured" }),
          tcp: tcp({ opening }),
        }),
      ),
    ).find(({ ruleId }) => ruleId === "sio.connect.refused")?.variant;
  expect(variant("complete")).toBe("noAuth");
  expect(variant("not-captured")).toBe("unseen");
});
