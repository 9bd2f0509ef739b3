/** @returns undefined for any other word */
export function parseOnOff(word: string): boolean | undefined {
  const name = word.toLowerCase();
  if (name === "on") return true;
  return name === "off" ? false : undefined;
}
