import { describe, expect, it } from "vitest";
import { event } from "../../../src/sentinel/events.ts";
import { EventFeed } from "../../../src/shell/sentinel/event-feed.ts";

function feed(count: number, kept = 3): EventFeed {
  const made = new EventFeed({ now: () => 1000, kept });
  for (let at = 1; at <= count; at++) made.publish(event("+sdown", `master m${at}`, {}));
  return made;
}

const idsSince = (of: EventFeed, id: number): number[] => of.since(id).map((fed) => fed.id);

describe("the event feed", () => {
  it("has nothing before the first event", () => {
    const empty = feed(0);
    expect(empty.since(0)).toEqual([]);
    expect([empty.oldestId, empty.lastId]).toEqual([1, 0]);
  });

  it("gives what came behind an id, oldest first", () => {
    expect(idsSince(feed(3), 1)).toEqual([2, 3]);
    expect(feed(1).since(0)).toEqual([
      { id: 1, atMs: 1000, event: event("+sdown", "master m1", {}) },
    ]);
  });

  it("forgets the oldest and says from where on it remembers", () => {
    const long = feed(10);
    expect([long.oldestId, long.lastId]).toEqual([8, 10]);
    expect(idsSince(long, 0)).toEqual([8, 9, 10]);
    expect(idsSince(long, 10)).toEqual([]);
  });

  it("tells subscribers of new events until they leave", () => {
    const busy = feed(2);
    const heard: number[] = [];
    const leave = busy.subscribe((fed) => heard.push(fed.id));
    busy.publish(event("-sdown", "master m", {}));
    leave();
    busy.publish(event("+odown", "master m", {}));
    expect(heard).toEqual([3]);
  });
});
