/** An answer that says no: status, a code word, one sentence, and what would help. */
export class HttpError extends Error {
  override readonly name = "HttpError";
  readonly status: number;
  readonly code: string;
  readonly hint: string | null;

  constructor(status: number, code: string, message: string, hint: string | null = null) {
    super(message);
    this.status = status;
    this.code = code;
    this.hint = hint;
  }

  get body(): { readonly error: string; readonly message: string; readonly hint: string | null } {
    return { error: this.code, message: this.message, hint: this.hint };
  }
}

export function noSuchMaster(): HttpError {
  return new HttpError(404, "NOT_FOUND", "there is no master of that name");
}

/** Words that begin an error of a mistyped request; the others are refusals. */
const CODE_WORD = /^([A-Z][A-Z0-9]*) (.*)$/s;
const UNKNOWN_MASTER = "ERR No such master with that name";
const SYNTAX = /syntax|invalid|unknown|wrong number|expected/i;

/** The sentinel's own error reply, passed on. */
export function refusedByCore(text: string): HttpError {
  if (text === UNKNOWN_MASTER) return noSuchMaster();
  const [, code = "ERR", message = text] = CODE_WORD.exec(text) ?? [];
  if (code === "ERR" && /^unknown subcommand/i.test(message)) {
    return new HttpError(501, code, "this version of the sentinel cannot do that");
  }
  const isMistake = code === "ERR" && SYNTAX.test(message);
  return new HttpError(isMistake ? 400 : 409, code, message);
}
