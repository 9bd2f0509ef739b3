/** What a container was last taken for. */
export interface AccountedSize {
  bytes: number;
  elements: number;
  bytesAnElement: number;
}

export function newAccountedSize(): AccountedSize {
  return { bytes: 0, elements: 0, bytesAnElement: 0 };
}
