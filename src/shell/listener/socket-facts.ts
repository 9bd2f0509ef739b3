import type { Socket } from "node:net";
import { formatAddress } from "../../base/address.ts";

export interface SocketAddresses {
  /** `ip:port`, `[v6]:port`, or the path of a unix socket with `:0`. */
  readonly remote: string;
  readonly local: string;
  /** The other side is on this machine. */
  readonly isLocal: boolean;
  readonly overUnixSocket: boolean;
}

export function tcpAddresses(socket: Socket): SocketAddresses {
  const { remoteAddress = "", remotePort = 0, localAddress = "", localPort = 0 } = socket;
  return {
    remote: formatAddress({ host: remoteAddress, port: remotePort }),
    local: formatAddress({ host: localAddress, port: localPort }),
    isLocal: remoteAddress.startsWith("127.") || remoteAddress === "::1",
    overUnixSocket: false,
  };
}

export function unixAddresses(path: string): SocketAddresses {
  return { remote: `${path}:0`, local: `${path}:0`, isLocal: true, overUnixSocket: true };
}

/** The number the system has for the connection, or -1: Node tells it of its own handle only. */
export function fileDescriptorOf(socket: Socket): number {
  const handle: unknown = Reflect.get(socket, "_handle");
  if (typeof handle !== "object" || handle === null) return -1;
  const fd: unknown = Reflect.get(handle, "fd");
  return typeof fd === "number" ? fd : -1;
}
