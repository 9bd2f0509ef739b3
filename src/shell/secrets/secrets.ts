import { describeSource, type SecretSource } from "../../wire/conf/secret-source.ts";
import { FileWatch } from "../file-watch.ts";
import { readSecret } from "./read-secret.ts";
import { SecretError } from "./secret-error.ts";

export type SecretLog = (level: "notice" | "warning", message: string) => void;

/**
 * The secrets of a daemon that are kept outside of its configuration. Files are read again when they
 * change; one that cannot be read leaves the secret as it was.
 */
export class Secrets {
  readonly #sources: ReadonlyMap<string, SecretSource>;
  readonly #log: SecretLog;
  readonly #values = new Map<string, string>();
  readonly #watch: FileWatch;
  #onChange: (changed: readonly string[]) => void = () => undefined;

  /**
   * @param sources by what they are for, as messages should name it: `auth-pass mymaster`
   * @throws {SecretError} when one cannot be had
   */
  constructor(sources: ReadonlyMap<string, SecretSource>, { log }: { readonly log: SecretLog }) {
    this.#sources = sources;
    this.#log = log;
    this.#watch = new FileWatch({
      paths: () => [...sources.values()].flatMap(pathOf),
      onChange: () => this.reload(),
    });
    for (const [what, source] of sources) this.#values.set(what, this.#read(what, source));
    if ([...sources.values()].some(({ kind }) => kind === "file")) this.#watch.start();
  }

  /** undefined when it is not kept elsewhere. */
  get(what: string): string | undefined {
    return this.#values.get(what);
  }

  /** @param onChange called with what has another value now */
  watch(onChange: (changed: readonly string[]) => void): void {
    this.#onChange = onChange;
  }

  stop(): void {
    this.#watch.stop();
  }

  /** Reads the files again. */
  reload(): void {
    this.#watch.told();
    const changed: string[] = [];
    for (const [what, source] of this.#sources) {
      if (source.kind === "file" && this.#hasChanged(what, source)) changed.push(what);
    }
    if (changed.length > 0) this.#onChange(changed);
  }

  #hasChanged(what: string, source: SecretSource): boolean {
    try {
      const secret = this.#read(what, source);
      if (secret === this.#values.get(what)) return false;
      this.#values.set(what, secret);
      this.#log("notice", `${what}: read again from ${describeSource(source)}`);
      return true;
    } catch (cause) {
      if (!(cause instanceof SecretError)) throw cause;
      this.#log("warning", `${cause.message}; the secret that was read before stays in force`);
      return false;
    }
  }

  #read(what: string, source: SecretSource): string {
    const { secret, warning } = readSecret(what, source);
    if (warning !== undefined) this.#log("warning", warning);
    return secret;
  }
}

function pathOf(source: SecretSource): string[] {
  return source.kind === "file" ? [source.path] : [];
}
