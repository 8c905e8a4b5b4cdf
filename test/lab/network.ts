// The networks of the lab, made of namespaces.

import { configure, NamespaceSet, run, setSysctl, wire } from "../support/namespace.ts";
import {
  backAddress,
  backRouterAddress,
  clientAddress,
  clientAddress6,
  frontAddress,
  frontAddress6,
  macs,
  otherClientAddresses,
  routerAddress,
} from "./addresses.ts";
import { Link } from "./link.ts";
import type { NetworkKind, Place } from "./types.ts";

export interface Network {
  /** The namespace of a place; throws when this network has no such place. */
  namespace(place: Place): string;
  readonly link: Link | null;
  close(): void;
}

const clientAddresses = [clientAddress, ...otherClientAddresses].map((address) => `${address}/24`);

export async function makeNetwork(kind: NetworkKind): Promise<Network> {
  const set = new NamespaceSet();
  try {
    const places = new Map<Place, string>();
    const add = (place: Place) => {
      const name = set.add(place);
      places.set(place, name);
      return name;
    };
    const client = add("client");
    const link = await builders[kind](client, add);
    return {
      namespace: (place) => {
        const name = places.get(place);
        if (name === undefined) throw new Error(`a ${kind} network has no ${place}`);
        return name;
      },
      link,
      close: () => {
        link?.close();
        set.close();
      },
    };
  } catch (error) {
    set.close();
    throw error;
  }
}

type Builder = (client: string, add: (place: Place) => string) => Promise<Link | null>;

const builders: Record<NetworkKind, Builder> = {
  direct: async (client, add) => {
    const server = add("server");
    wire(eth("eth0", client, macs.client), eth("eth0", server, macs.front));
    configure(client, "eth0", ...clientAddresses);
    configure(server, "eth0", `${frontAddress}/24`);
    return null;
  },
  direct6: async (client, add) => {
    const server = add("server");
    wire(eth("eth0", client, macs.client), eth("eth0", server, macs.front));
    configure(client, "eth0", `${clientAddress6}/64`);
    configure(server, "eth0", `${frontAddress6}/64`);
    return null;
  },
  link: (client, add) => linked(client, add("server")),
  mirrored: (client, add) => linked(client, add("server"), add("router")),
  routed: async (client, add) => {
    const router = add("router");
    const server = add("server");
    wire(eth("eth0", client, macs.client), eth("lan", router, macs.router));
    wire(eth("wan", router, macs.backRouter), eth("eth0", server, macs.back));
    configure(client, "eth0", ...clientAddresses);
    configure(router, "lan", `${routerAddress}/24`);
    configure(router, "wan", `${backRouterAddress}/24`);
    configure(server, "eth0", `${backAddress}/24`);
    setSysctl(router, "net.ipv4.ip_forward", 1);
    run("ip", "-n", client, "route", "add", "default", "via", routerAddress);
    run("ip", "-n", server, "route", "add", "default", "via", backRouterAddress);
    return null;
  },
  proxied: async (client, add) => {
    const proxy = add("proxy");
    const server = add("server");
    wire(eth("eth0", client, macs.client), eth("front", proxy, macs.front));
    wire(eth("back", proxy, macs.backRouter), eth("eth0", server, macs.back));
    configure(client, "eth0", ...clientAddresses);
    configure(proxy, "front", `${frontAddress}/24`);
    configure(proxy, "back", `${backRouterAddress}/24`);
    configure(server, "eth0", `${backAddress}/24`);
    return null;
  },
  bridged: async (client, add) => {
    const host = add("router");
    const server = add("server");
    wire(eth("eth0", client, macs.client), eth("vclient", host));
    wire(eth("eth0", server, macs.front), eth("vserver", host));
    run("ip", "-n", host, "link", "add", "br0", "type", "bridge");
    for (const port of ["vclient", "vserver"]) {
      run("ip", "-n", host, "link", "set", port, "master", "br0");
      run("ip", "-n", host, "link", "set", port, "up");
    }
    run("ip", "-n", host, "link", "set", "br0", "up");
    configure(client, "eth0", ...clientAddresses);
    configure(server, "eth0", `${frontAddress}/24`);
    return null;
  },
};

async function linked(client: string, server: string, monitor?: string): Promise<Link> {
  const link = await Link.open(client, server, monitor);
  run("ip", "-n", client, "link", "set", "eth0", "address", macs.client);
  run("ip", "-n", server, "link", "set", "eth0", "address", macs.front);
  configure(client, "eth0", ...clientAddresses);
  configure(server, "eth0", `${frontAddress}/24`);
  return link;
}

function eth(interfaceName: string, namespace: string, mac?: string) {
  return { interface: interfaceName, namespace, ...(mac === undefined ? {} : { mac }) };
}
