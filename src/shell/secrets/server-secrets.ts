import { createHash } from "node:crypto";
import type { SecretSource } from "../../wire/conf/secret-source.ts";
import type { OptionLine } from "../../wire/conf-document.ts";
import type { ServerConfigTable } from "../../wire/server-conf/server-config.ts";
import { type SecretLog, Secrets } from "./secrets.ts";

/** The bundled server's passwords that may be kept in files, and the setting that names each file. */
const FILE_SETTINGS = {
  requirepass: "vedette-requirepass-file",
  masterauth: "vedette-masterauth-file",
} as const;

export type ServerSecret = keyof typeof FILE_SETTINGS;

const NAMES = ["requirepass", "masterauth"] as const satisfies readonly ServerSecret[];

/** What a bundled server keeps outside of its configuration. */
export class ServerSecrets {
  readonly #secrets: Secrets;

  /** @throws {SecretError} */
  constructor(table: ServerConfigTable, options: { readonly log: SecretLog }) {
    const sources = new Map<string, SecretSource>();
    for (const name of NAMES) {
      const path = table[FILE_SETTINGS[name]];
      if (path !== "") sources.set(name, { kind: "file", path });
    }
    this.#secrets = new Secrets(sources, options);
  }

  get requirePass(): string | undefined {
    return this.#secrets.get("requirepass");
  }

  /** The table as it works: with the password for masters that is kept elsewhere. */
  completed(table: ServerConfigTable): ServerConfigTable {
    return { ...table, masterauth: this.#secrets.get("masterauth") ?? table.masterauth };
  }

  /** @returns why this parameter cannot be set, if so */
  refusal(parameter: string): string | undefined {
    const name = NAMES.find((known) => known === parameter && this.#secrets.get(known));
    return name === undefined ? undefined : `it is kept in a file (${FILE_SETTINGS[name]})`;
  }

  /** Lines of users for a rewritten configuration: without the hash of what is kept elsewhere. */
  withoutSecret(lines: readonly OptionLine[]): OptionLine[] {
    const secret = this.requirePass;
    if (secret === undefined) return [...lines];
    const hash = createHash("sha256").update(Buffer.from(secret, "latin1")).digest("hex");
    return lines.map((line) => ({ ...line, text: line.text.replace(` #${hash}`, "") }));
  }

  watch(onChange: () => void): void {
    this.#secrets.watch(onChange);
  }

  reload(): void {
    this.#secrets.reload();
  }

  stop(): void {
    this.#secrets.stop();
  }
}
