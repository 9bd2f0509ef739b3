import { readFileSync } from "node:fs";
import type { ConnectionOptions } from "node:tls";
import { reasonOf } from "../../shell/system-reason.ts";
import { usageError } from "./exit-status.ts";
import type { ReachOptions } from "./options.ts";

/** Who we are for a sentinel, and how the way to it is encrypted. */
export interface Access {
  readonly user: string | undefined;
  readonly password: string | undefined;
  readonly tls: ConnectionOptions | undefined;
  readonly timeoutMs: number;
}

/** @throws OperatorError for files that cannot be read and halves that need the other half */
export function accessOf(options: ReachOptions): Access {
  const password =
    options.passFile === undefined
      ? process.env["VEDETTE_PASSWORD"]
      : contentOf("--pass-file", options.passFile).replace(/\r?\n$/, "");
  if (options.user !== undefined && password === undefined) {
    throw usageError("--user: a password is expected too, in --pass-file or $VEDETTE_PASSWORD");
  }
  return { user: options.user, password, tls: tlsOf(options), timeoutMs: options.timeout };
}

function tlsOf(options: ReachOptions): ConnectionOptions | undefined {
  const { tls, tlsCa, tlsCert, tlsKey, tlsName, tlsInsecure } = options;
  const isWanted = tls || tlsInsecure || [tlsCa, tlsCert, tlsKey, tlsName].some(isGiven);
  if (!isWanted) return undefined;
  if (isGiven(tlsCert) !== isGiven(tlsKey)) {
    throw usageError("--tls-cert and --tls-key: both are expected, or neither");
  }
  return {
    ...(tlsCa === undefined ? {} : { ca: contentOf("--tls-ca", tlsCa) }),
    ...(tlsCert === undefined ? {} : { cert: contentOf("--tls-cert", tlsCert) }),
    ...(tlsKey === undefined ? {} : { key: contentOf("--tls-key", tlsKey) }),
    ...(tlsName === undefined ? {} : { servername: tlsName }),
    rejectUnauthorized: !tlsInsecure,
  };
}

function isGiven(value: string | undefined): value is string {
  return value !== undefined;
}

function contentOf(option: string, path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (cause) {
    throw usageError(`${option} ${path}: cannot be read: ${reasonOf(cause)}`);
  }
}
