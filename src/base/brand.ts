declare const brand: unique symbol;

/** A base type that only its constructor makes, so that two kinds of number cannot be mixed up. */
export type Branded<Base, Name extends string> = Base & { readonly [brand]: Name };
