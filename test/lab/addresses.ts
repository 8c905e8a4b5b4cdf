// The lab's addresses: private, the same in every scenario, so that captures can be compared.

/** One segment for client and server, or the client's segment where there are two. */
export const clientAddress = "192.168.50.20";
/** More browsers, phones and dashboards that live in the client's namespace. */
export const otherClientAddresses = ["192.168.50.21", "192.168.50.22", "192.168.50.23"] as const;
/** Where clients dial: the server itself, or the proxy before it. */
export const frontAddress = "192.168.50.10";
/** The router's foot in the client's segment, and in the server's. */
export const routerAddress = "192.168.50.1";
export const backRouterAddress = "192.168.60.1";
/** The server's address behind a router or proxy. */
export const backAddress = "192.168.60.10";
/** An address in the client's segment that nobody has. */
export const unownedAddress = "192.168.50.99";
/** Where wss:// is served. */
export const wssPort = 8443;
export const clientAddress6 = "fd00:50::20";
export const frontAddress6 = "fd00:50::10";

export const macs = {
  client: "02:00:00:00:50:20",
  front: "02:00:00:00:50:10",
  router: "02:00:00:00:50:01",
  backRouter: "02:00:00:00:60:01",
  back: "02:00:00:00:60:10",
} as const;
