/** The token that allows changes: in this tab only, gone with it. It never goes into an address. */
const KEY = "vedette-token";

export function heldToken(): string {
  try {
    return sessionStorage.getItem(KEY) ?? "";
  } catch {
    // Storage may be forbidden; then it is asked for each time.
    return "";
  }
}

export function holdToken(token: string): void {
  try {
    if (token === "") sessionStorage.removeItem(KEY);
    else sessionStorage.setItem(KEY, token);
  } catch {
    // As above.
  }
}
