import { INITIAL_VALUES, type ParameterValues } from "../../../src/wire/conf/redis-parameters.ts";
import { type TlsSettings, tlsSettings } from "../../../src/wire/conf/tls-settings.ts";

/** The settings that these lines of a configuration make. */
export function settingsWith(values: Partial<ParameterValues>): TlsSettings {
  const settings = tlsSettings({ ...INITIAL_VALUES, "tls-port": 6380, ...values });
  if (settings === undefined) throw new Error("nothing is encrypted");
  return settings;
}
