export interface ThreadTask {
  readonly kind: "server" | "sentinel";
  /** Its working directory to begin with. */
  readonly folder: string;
}

export type ThreadOrder =
  | { readonly kind: "start"; readonly argv: readonly string[] }
  /** Blocks until the gate's first number is no longer 0. */
  | { readonly kind: "hang"; readonly gate: Int32Array };
