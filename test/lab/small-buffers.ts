// Buffers that fill soon, so that a reader that stops is felt after little data.

import type { Stage } from "./stage.ts";
import type { Place } from "./types.ts";

export const smallBuffers = (stage: Stage, place: Place): string =>
  stage.run(place, "sysctl", "-qw", "net.ipv4.tcp_rmem=4096 16384 65536", "net.ipv4.tcp_wmem=4096 16384 65536");
