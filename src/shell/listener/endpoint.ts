import { lstatSync, unlinkSync } from "node:fs";
import type { ListenOptions as NodeListenOptions, Server } from "node:net";
import { codeOf, ListenError } from "./errors.ts";

/** One word of the `bind` directive. */
export interface BindAddress {
  /** As Node wants it. */
  readonly host: string;
  /** As the directive has it, without its dash. */
  readonly text: string;
  /** A leading dash: go on without it where this machine does not have the address. */
  readonly optional: boolean;
}

/** @param words of `bind`; `*` is every IPv4 address, `::*` every IPv6 address */
export function parseBind(words: readonly string[]): BindAddress[] {
  const addresses = words.length === 0 ? ["*", "-::*"] : words;
  return addresses.map((word) => {
    const optional = word.startsWith("-");
    const text = optional ? word.slice(1) : word;
    return { host: hostOf(text), text, optional };
  });
}

function hostOf(text: string): string {
  if (text === "*") return "0.0.0.0";
  return text === "::*" ? "::" : text;
}

/** Whether a `bind` address is left out without a word because this machine cannot have it. */
export function isUnavailable(address: BindAddress, error: unknown): boolean {
  const code = codeOf(error);
  if (code === "EAFNOSUPPORT" || code === "EPROTONOSUPPORT") return true;
  return address.optional && (code === "EADDRNOTAVAIL" || code === "ENOTFOUND");
}

export function tcpListenError(
  address: BindAddress,
  { port, name }: { readonly port: number; readonly name: "TCP" | "TLS" },
  cause: unknown,
): ListenError {
  const code = codeOf(cause);
  const step = code === "ENOTFOUND" || code.startsWith("EAI_") ? "" : ": bind";
  return new ListenError({
    message: `Failed listening on port ${port} (${name}), aborting.`,
    attempt: `Warning: Could not create server TCP listening socket ${address.text}:${port}${step}`,
    cause,
  });
}

export function unixListenError(path: string, cause: unknown): ListenError {
  return new ListenError({
    message: `Failed opening Unix socket ${path}, aborting.`,
    attempt: "Failed opening Unix socket: bind",
    cause,
  });
}

/** @throws what the system says */
export async function listenOn(server: Server, options: NodeListenOptions): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options, () => {
      server.off("error", reject);
      resolve();
    });
  });
}

/** Removes a socket that an earlier process left behind; anything else at that path stays. */
export function removeStaleSocket(path: string): void {
  if (lstatSync(path, { throwIfNoEntry: false })?.isSocket() === true) unlinkSync(path);
}
