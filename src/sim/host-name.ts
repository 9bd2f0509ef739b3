/** The host name of a node, where hosts have names. */
export function hostNameOf(nodeName: string): string {
  return `${nodeName}.test`;
}
