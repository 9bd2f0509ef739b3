/** From the oldest to the newest. */
export const TLS_PROTOCOLS = ["TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3"] as const;

export type TlsProtocol = (typeof TLS_PROTOCOLS)[number];

/** What holds where `tls-protocols` says nothing. */
export const DEFAULT_TLS_PROTOCOLS: readonly TlsProtocol[] = ["TLSv1.2", "TLSv1.3"];

/** Redis' words for a list that names anything else. */
export const INVALID_PROTOCOLS =
  "Invalid tls-protocols specified. Use a combination of 'TLSv1', 'TLSv1.1', 'TLSv1.2' and 'TLSv1.3'.";

/**
 * Reads the value of `tls-protocols`: names with blanks between, in any case of letters.
 * @returns in the order of age; undefined when a word is no protocol
 */
export function parseTlsProtocols(text: string): readonly TlsProtocol[] | undefined {
  const words = text.split(" ").filter((word) => word !== "");
  const named = words.map((word) =>
    TLS_PROTOCOLS.find((protocol) => protocol.toLowerCase() === word.toLowerCase()),
  );
  if (named.length === 0 || named.includes(undefined)) return undefined;
  return TLS_PROTOCOLS.filter((protocol) => named.includes(protocol));
}
