import type { MasterName } from "../../base/ids.ts";
import type { OutsideSecrets } from "../../sentinel/outside-secrets.ts";
import type { SecretSource } from "../../wire/conf/secret-source.ts";
import type { TlsSettings } from "../../wire/conf/tls-settings.ts";
import type { OwnSecret } from "../../wire/sentinel-conf/secret-lines.ts";
import type { SentinelConfig } from "../../wire/sentinel-conf/sentinel-config.ts";
import { type SecretLog, Secrets } from "./secrets.ts";

/** What a sentinel keeps outside of its configuration. */
export class SentinelSecrets {
  readonly #secrets: Secrets;
  readonly #masters: readonly MasterName[];

  /** @throws {SecretError} */
  constructor({ secrets, sentinel }: SentinelConfig, options: { readonly log: SecretLog }) {
    const sources = new Map<string, SecretSource>(secrets);
    for (const { name, authPassSource, authPassNextSource } of sentinel.masters) {
      if (authPassSource !== undefined) sources.set(ofMaster(name), authPassSource);
      if (authPassNextSource !== undefined) sources.set(nextOfMaster(name), authPassNextSource);
    }
    this.#masters = sentinel.masters.map(({ name }) => name);
    this.#secrets = new Secrets(sources, options);
  }

  get requirePass(): string | undefined {
    return this.#own("requirepass");
  }

  /** As the core takes them. */
  get outside(): OutsideSecrets {
    return {
      requirePass: this.requirePass,
      sentinelPass: this.#own("sentinel-pass"),
      sentinelPassNext: this.#own("sentinel-pass-next"),
      authPass: this.#ofMasters(ofMaster),
      authPassNext: this.#ofMasters(nextOfMaster),
    };
  }

  #ofMasters(called: (name: MasterName) => string): ReadonlyMap<MasterName, string> {
    const found = new Map<MasterName, string>();
    for (const name of this.#masters) {
      const secret = this.#secrets.get(called(name));
      if (secret !== undefined) found.set(name, secret);
    }
    return found;
  }

  /** The settings with the passphrases that are kept elsewhere. */
  completed(settings: TlsSettings): TlsSettings {
    return {
      ...settings,
      keyFilePass: this.#own("tls-key-file-pass") ?? settings.keyFilePass,
      clientKeyFilePass: this.#own("tls-client-key-file-pass") ?? settings.clientKeyFilePass,
    };
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

  #own(secret: OwnSecret): string | undefined {
    return this.#secrets.get(secret);
  }
}

function nextOfMaster(name: MasterName): string {
  return `auth-pass-next ${name}`;
}

function ofMaster(name: MasterName): string {
  return `auth-pass ${name}`;
}
