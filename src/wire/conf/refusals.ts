/** What both programs say about what Redis has and they do not. */

export const NOT_SUPPORTED = "not supported by this version of vedette";

/** A program that leaves the foreground loses its supervisor. */
export const DAEMONIZE =
  "daemonize yes is not supported: run it in the foreground and let the service manager supervise it";
