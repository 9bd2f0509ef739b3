const PRINTABLE_WITHOUT_BLANK = /^[!-~]*$/;

/** Names stand in CLIENT LIST lines, where a blank or a line end would forge a field. */
export function isClientName(name: string): boolean {
  return PRINTABLE_WITHOUT_BLANK.test(name);
}
