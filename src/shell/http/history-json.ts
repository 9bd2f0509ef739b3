import { formatAddress } from "../../base/address.ts";
import { type JsonValue, readableText } from "./reply-value.ts";

/**
 * An entry of the history as the outside sees data: addresses as texts, moments (`at`) as ISO 8601,
 * `null` for what is not known.
 */
export function historyJson(value: unknown): JsonValue {
  if (typeof value === "string") return readableText(value);
  if (typeof value === "number" || typeof value === "boolean") return value;
  if (Array.isArray(value)) return (value as readonly unknown[]).map(historyJson);
  if (typeof value !== "object" || value === null) return null;
  const fields = Object.entries(value);
  if (isAddress(value)) return formatAddress(value);
  return Object.fromEntries(
    fields.map(([name, each]) => [
      name,
      name === "at" && typeof each === "number" ? new Date(each).toISOString() : historyJson(each),
    ]),
  );
}

function isAddress(value: object): value is { readonly host: string; readonly port: number } {
  return (
    "host" in value &&
    typeof value.host === "string" &&
    "port" in value &&
    typeof value.port === "number"
  );
}
