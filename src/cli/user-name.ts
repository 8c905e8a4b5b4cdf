import { userInfo } from "node:os";

/** Who writes a note; empty where the system has no name for this user, as in a container run with an id of its own. */
export function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return "";
  }
}
