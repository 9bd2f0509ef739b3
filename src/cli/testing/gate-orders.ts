/** Whose traffic is silenced: between two nodes, or between one and everybody, clients included. */
export interface Cut {
  readonly one: number;
  /** undefined: everybody else. */
  readonly other: number | undefined;
}

/** What the test's thread asks of the gates' thread; each is answered once it is done. */
export type GateOrder =
  /** Opens a node's door. `port` 0 leaves the choice to the gates. */
  | {
      readonly kind: "open";
      readonly node: number;
      readonly port: number;
      readonly target: number;
      readonly source: string | undefined;
    }
  /** Nobody listens at the node's door any more: connections are refused. */
  | { readonly kind: "shut"; readonly node: number }
  | { readonly kind: "cut"; readonly cut: Cut }
  /** Joins what was cut: all of it, or all that has to do with one node. */
  | { readonly kind: "heal"; readonly node: number | undefined };

export interface NumberedOrder {
  readonly id: number;
  readonly order: GateOrder;
}

export type GateAnswer =
  | { readonly id: number; readonly port: number | undefined }
  | { readonly id: number; readonly failure: string };
