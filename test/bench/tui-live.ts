import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { NamespaceSet, namespacesUnavailable } from "../support/namespace.ts";
import { pause, quantile, Screen } from "./screen.ts";

const sender = fileURLToPath(new URL("send-packets.py", import.meta.url));
const RATE = 20_000;
const SECONDS = 10;
const SGR = /\u001b\[[\d;]*m/g;
/** Keys whose frames hold a text that no frame of mere data does: statistics, the list, heartbeat, the list … */
const VIEWS: readonly (readonly [key: string, expected: string])[] = [
  ["4", "How they fared"],
  ["1", "What happened"],
  ["3", "Nobody sends pings"],
  ["1", "What happened"],
];

/** Keys while much arrives: how long until their frame, and whether packets are lost meanwhile. Needs root. */
export async function tuiLive(): Promise<void> {
  const unavailable = namespacesUnavailable(["tcpdump", "python3", "script"]);
  if (unavailable !== null) {
    console.log(`screen while live: left out, ${unavailable}`);
    return;
  }
  const namespaces = new NamespaceSet();
  try {
    const namespace = namespaces.add("screen");
    console.log(`screen while ${RATE} packets/s arrive for ${SECONDS} s`);
    for (const streams of [1, 200]) {
      for (const isPressed of [false, true]) await run(namespace, streams, isPressed);
    }
  } finally {
    namespaces.close();
  }
}

async function run(namespace: string, streams: number, isPressed: boolean): Promise<void> {
  const within = ["ip", "netns", "exec", namespace];
  const screen = new Screen(50, 160, `${process.execPath} dist/main.js live -i lo`, within);
  await screen.open("packets/s");
  await pause(1000);
  const sending = spawn(within[0] ?? "", [
    ...within.slice(1),
    ...["python3", sender, "lo", String(RATE), String(SECONDS), String(streams)],
  ]);
  let sent = "";
  sending.stdout.on("data", (text) => {
    sent += text;
  });
  const done = once(sending, "close").then(() => true);
  await pause(1500);
  const cpu = screen.cpuMs();
  const began = performance.now();
  const times: number[] = [];
  for (let isDone = false; !isDone; ) {
    for (const [key, expected] of isPressed ? VIEWS : []) {
      times.push(await screen.press(key, expected));
      await pause(40);
    }
    isDone = await Promise.race([done, pause(isPressed ? 1 : 500).then(() => false)]);
  }
  const busy = (screen.cpuMs() - cpu) / (performance.now() - began);
  await pause(2000);
  await screen.press("x", "capture ended");
  await pause(1000);
  await screen.press("4", "How they fared");
  const [, seen = ""] = /Packets +([\d,]+), /.exec(screen.output.replace(SGR, "")) ?? [];
  const lost = Number(sent) - Number(seen.replaceAll(",", ""));
  const keys = isPressed
    ? `key to frame p50 ${quantile(times, 0.5).toFixed(1)} ms, p95 ${quantile(times, 0.95).toFixed(1)} ms (wanted < 50), `
    : "no key pressed, ";
  console.log(
    `  ${String(streams).padStart(4)} connections: ${keys}${lost} of ${sent.trim()} packets lost, CPU ${(busy * 100).toFixed(0)} %`,
  );
  await screen.close("y");
}
