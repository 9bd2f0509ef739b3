import type { Client } from "../client.ts";
import type { ScoredMember } from "../values/sorted-set.ts";

/** Members, with their scores if asked for: each pair an array of its own with RESP3. */
export function replyScored(
  client: Client,
  members: readonly ScoredMember[],
  { withScores }: { readonly withScores: boolean },
): void {
  const { reply } = client;
  const nests = withScores && reply.protocol === 3;
  reply.array(withScores && !nests ? 2 * members.length : members.length);
  for (const { member, score } of members) {
    if (nests) reply.array(2);
    reply.bulk(member);
    if (withScores) reply.double(score);
  }
}
