import { bytesText, durationText } from "../../base/quantity-text.ts";
import type { MasterDetails } from "../api/types.ts";
import { countText, masterSaid, replicaSaid, sentinelSaid } from "../model/words.ts";
import { Badge, Card } from "./parts.tsx";

/** The master and its replicas with their numbers. */
export function Servers({ details }: { readonly details: MasterDetails }) {
  const { master, replicas } = details;
  return (
    <Card id="servers" title="Servers" wide>
      <div class="scroll" tabIndex={0} role="region" aria-labelledby="servers">
        <table>
          <thead>
            <tr>
              <th scope="col">Server</th>
              <th scope="col">State</th>
              <th scope="col">Lag</th>
              <th scope="col">Offset</th>
              <th scope="col">Priority</th>
              <th scope="col">Clients</th>
              <th scope="col">Memory</th>
              <th scope="col">If the master died</th>
            </tr>
          </thead>
          <tbody>
            <tr>
              <th scope="row">
                {master.address} <span class="kind">master</span>
              </th>
              <td data-label="State">
                <Badge {...masterSaid(details)} />
              </td>
              <td data-label="Lag" />
              <td data-label="Offset" class="number">
                {countText(master.offset)}
              </td>
              <td data-label="Priority" />
              <td data-label="Clients" class="number">
                {countText(master.clients)}
              </td>
              <td data-label="Memory" class="number">
                {memoryText(master.usedMemoryBytes)}
              </td>
              <td data-label="If the master died" />
            </tr>
            {replicas.map((replica) => (
              <tr key={replica.address}>
                <th scope="row">{replica.address}</th>
                <td data-label="State">
                  <Badge {...replicaSaid(replica)} />
                </td>
                <td data-label="Lag" class="number" title={ageText(replica.infoAgeMs)}>
                  {replica.lagBytes === null ? "?" : bytesText(replica.lagBytes)}
                </td>
                <td data-label="Offset" class="number">
                  {countText(replica.offset)}
                </td>
                <td data-label="Priority" class="number">
                  {replica.priority}
                </td>
                <td data-label="Clients" class="number">
                  {countText(replica.clients)}
                </td>
                <td data-label="Memory" class="number">
                  {memoryText(replica.usedMemoryBytes)}
                </td>
                <td data-label="If the master died">
                  {fateOf(replica.address, replica.whyNot, details)}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Card>
  );
}

function fateOf(address: string, whyNot: string | null, details: MasterDetails): string {
  if (details.ifMasterDied.promoted === address) return "would take over";
  return whyNot ?? "could take over";
}

function memoryText(bytes: number | null): string {
  return bytes === null ? "?" : bytesText(bytes);
}

function ageText(ms: number | null): string {
  return ms === null ? "nothing was told yet" : `told ${durationText(ms)} ago`;
}

/** The sentinels: who is there, who has voted for whom. */
export function Sentinels({ details }: { readonly details: MasterDetails }) {
  const names = new Map(
    details.sentinels.map(({ runId, address }) => [runId ?? address, address] as const),
  );
  return (
    <Card id="sentinels" title="Sentinels" wide>
      <div class="scroll" tabIndex={0} role="region" aria-labelledby="sentinels">
        <table>
          <thead>
            <tr>
              <th scope="col">Sentinel</th>
              <th scope="col">State</th>
              <th scope="col">Is</th>
              <th scope="col">Last heard</th>
              <th scope="col">Last vote</th>
            </tr>
          </thead>
          <tbody>
            {details.sentinels.map((sentinel) => (
              <tr key={sentinel.runId ?? sentinel.address}>
                <th scope="row">
                  {sentinel.address}
                  {sentinel.runId === null ? null : (
                    <span class="kind" title={sentinel.runId}>
                      {sentinel.runId.slice(0, 8)}
                    </span>
                  )}
                </th>
                <td data-label="State">
                  <Badge {...sentinelSaid(sentinel)} />
                </td>
                <td data-label="Is">
                  {sentinel.version === null ? "a sentinel" : `vedette ${sentinel.version}`}
                </td>
                <td data-label="Last heard" class="number">
                  {heardText(sentinel.lastHelloMs)}
                </td>
                <td data-label="Last vote">
                  {sentinel.votedFor === null
                    ? "none"
                    : `for ${names.get(sentinel.votedFor) ?? sentinel.votedFor.slice(0, 8)}, epoch ${sentinel.votedEpoch}`}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Card>
  );
}

function heardText(ms: number | null): string {
  return ms === null ? "" : `${durationText(ms)} ago`;
}
