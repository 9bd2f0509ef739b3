/**
 * Which events are bad news and which good, for all that colour them; most are neither. What ends
 * something bad (`-sdown`) is good.
 */
const TONES: ReadonlyMap<string, "bad" | "good"> = new Map([
  ["+sdown", "bad"],
  ["+odown", "bad"],
  ["+tilt", "bad"],
  ["-failover-abort-not-elected", "bad"],
  ["-failover-abort-no-good-slave", "bad"],
  ["-failover-abort-slave-timeout", "bad"],
  ["-script-error", "bad"],
  ["-script-timeout", "bad"],
  ["+vedette-zombie-fence", "bad"],
  ["+vedette-credential-fault", "bad"],
  ["+vedette-empty-master", "bad"],
  ["+vedette-foreign-master", "bad"],
  ["+vedette-foreign-replica", "bad"],
  ["+vedette-failover-blocked", "bad"],
  ["+vedette-config-drift", "bad"],
  ["-vedette-switchover-refused", "bad"],
  ["-vedette-switchover-abort", "bad"],
  ["-sdown", "good"],
  ["-odown", "good"],
  ["-tilt", "good"],
  ["+promoted-slave", "good"],
  ["+switch-master", "good"],
  ["+failover-end", "good"],
  ["-vedette-credential-fault", "good"],
  ["-vedette-empty-master", "good"],
  ["-vedette-foreign-master", "good"],
  ["-vedette-foreign-replica", "good"],
  ["-vedette-config-drift", "good"],
  ["+vedette-switchover-end", "good"],
] as const);

/** Their names, for the test that holds them against the events there are. */
export const TONED_EVENTS: readonly string[] = [...TONES.keys()];

export function toneOfEvent(name: string): "bad" | "good" | "plain" {
  return TONES.get(name) ?? "plain";
}
