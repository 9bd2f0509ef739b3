/** Both stand in every file that a sentinel has saved, the one long before the other. */
const ID = /^[ \t]*sentinel[ \t]+myid[ \t]/im;
const EPOCH = /^[ \t]*sentinel[ \t]+current-epoch[ \t]/im;

/**
 * Whether a configuration file was cut off or overwritten by something that is no text: a crash of
 * the machine, a full disk, a broken file system. A mistake of a person is none: it is for the person
 * to mend, and must not be undone by an older copy.
 * @param copy the last text that was saved
 */
export function isTorn(text: string, copy: string): boolean {
  if (text === copy || copy.trim() === "") return false;
  if (text.includes("\0") || text.trim() === "") return true;
  if (copy.startsWith(text)) return true;
  return ID.test(text) && !EPOCH.test(text);
}
