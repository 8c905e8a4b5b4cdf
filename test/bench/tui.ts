import { join } from "node:path";
import { makeCapture } from "./make-capture.ts";
import { pause, quantile, Screen } from "./screen.ts";

const main = `${process.execPath} dist/main.js`;
const KEYS = 200;
const STARTS = 10;
const plain = { messageBytes: 120, segmentBytes: 1400, compressed: false, pingEvery: 20 };

const LINES = ["j", "j", "j", "k"];
/** Two pages further every ten keys, so that no key stands at an end, where nothing would change. */
const PAGES = [..."ddddddeeee"].map((key) => (key === "d" ? "\u001b[6~" : "\u001b[5~"));

async function keys(screen: Screen, name: string, pressed: readonly string[]): Promise<void> {
  for (let warm = 0; warm < 20; warm++) await screen.press(pressed[warm % pressed.length] ?? "j");
  const cpu = screen.cpuMs();
  const times: number[] = [];
  for (let count = 0; count < KEYS; count++) {
    times.push(await screen.press(pressed[count % pressed.length] ?? "j"));
    await pause(5);
  }
  const perKey = (screen.cpuMs() - cpu) / KEYS;
  console.log(
    `  ${name.padEnd(34)} key to frame p50 ${quantile(times, 0.5).toFixed(1)} ms, p95 ${quantile(times, 0.95).toFixed(1)} ms (wanted < 16), CPU ${perKey.toFixed(2)} ms a key`,
  );
}

/** Key to frame, CPU a key, idle CPU, start and memory of the screen. Needs util-linux and Linux's /proc. */
export async function tui(folder: string): Promise<void> {
  const many = join(folder, "many.pcap");
  const long = join(folder, "long.pcap");
  makeCapture(many, { ...plain, connections: 10_000, messages: 40_000 });
  makeCapture(long, { ...plain, connections: 1, messages: 100_000 });
  const starts: number[] = [];
  for (let run = 0; run < STARTS; run++) {
    const screen = new Screen(24, 80, `${main} load captures/trouble.pcapng`);
    starts.push(await screen.open("missing pong"));
    await screen.close();
  }
  console.log(`screen: first screen of a small capture ${quantile(starts, 0.5).toFixed(0)} ms (wanted < 400)`);
  for (const [rows, columns] of [
    [50, 160],
    [200, 200],
  ] as const) {
    console.log(`  at ${rows} rows of ${columns} columns`);
    const list = new Screen(rows, columns, `${main} load ${many}`);
    await list.open("wscap");
    await pause(4000);
    await keys(list, "list of 10,000 connections, line", LINES);
    await keys(list, "list of 10,000 connections, page", PAGES);
    const cpu = list.cpuMs();
    await pause(5000);
    console.log(`  idle: ${((list.cpuMs() - cpu) / 50).toFixed(2)} % CPU (wanted < 1)`);
    await list.close();
    const ladder = new Screen(rows, columns, `${main} load ${long}`);
    await ladder.open("wscap");
    await pause(2000);
    const opened = await ladder.press("\r", "◀");
    console.log(`  ladder of 100,000 frames opened in ${opened.toFixed(0)} ms`);
    await pause(1500);
    await keys(ladder, "ladder of 100,000 frames, line", LINES);
    await keys(ladder, "ladder of 100,000 frames, page", PAGES);
    await ladder.close();
  }
  await memory(folder);
}

async function memory(folder: string): Promise<void> {
  const path = join(folder, "large.pcap");
  const { bytes } = makeCapture(path, { ...plain, connections: 200, messages: 1_200_000 });
  const screen = new Screen(50, 160, `${main} load ${path}`);
  const shown = await screen.open("wscap");
  await pause(6000);
  console.log(
    `  ${(bytes / 1e6).toFixed(0)} MB capture: usable after ${shown.toFixed(0)} ms (wanted < 1000), peak ${screen.peakMegabytes().toFixed(0)} MB (wanted < 350)`,
  );
  await screen.press("\r");
  await pause(4000);
  console.log(`  with a connection of it opened: peak ${screen.peakMegabytes().toFixed(0)} MB`);
  await screen.close();
}
