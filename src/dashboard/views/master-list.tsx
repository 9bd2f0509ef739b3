import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import type { MasterSummary } from "../api/types.ts";
import { type Filter, isTroubled, listedMasters } from "../model/model.ts";
import { scrollToShow, visibleRows } from "../model/visible-rows.ts";
import { summarySaid } from "../model/words.ts";
import { Badge } from "./parts.tsx";

const ROW_HEIGHT = 58;

/** All masters; only the rows in sight are drawn, so that a thousand are as quick as ten. */
export function MasterList(props: {
  readonly masters: ReadonlyMap<string, MasterSummary>;
  readonly selected: string | undefined;
  readonly onSelect: (name: string) => void;
}) {
  const { masters, selected, onSelect } = props;
  const [filter, setFilter] = useState<Filter>({ text: "", troubled: false });
  const listed = useMemo(() => listedMasters(masters, filter), [masters, filter]);
  const troubled = useMemo(() => [...masters.values()].filter(isTroubled).length, [masters]);
  return (
    <nav class="masters" aria-label="Masters">
      <div class="filters">
        <label class="search">
          <span class="hidden">Filter by name or address</span>
          <input
            type="search"
            placeholder={`Filter ${masters.size.toLocaleString("en")} masters`}
            value={filter.text}
            onInput={(event) => setFilter({ ...filter, text: event.currentTarget.value })}
          />
        </label>
        <label class="check">
          <input
            type="checkbox"
            checked={filter.troubled}
            onChange={(event) => setFilter({ ...filter, troubled: event.currentTarget.checked })}
          />
          Only troubled ({troubled.toLocaleString("en")})
        </label>
        <p class="hidden" aria-live="polite">
          {listed.length} of {masters.size} masters
        </p>
      </div>
      <Rows listed={listed} selected={selected} onSelect={onSelect} />
    </nav>
  );
}

function Rows(props: {
  readonly listed: readonly MasterSummary[];
  readonly selected: string | undefined;
  readonly onSelect: (name: string) => void;
}) {
  const { listed, selected, onSelect } = props;
  const box = useRef<HTMLDivElement>(null);
  const [scroll, setScroll] = useState({ scrollTop: 0, height: 600 });
  const at = listed.findIndex(({ name }) => name === selected);
  useLayoutEffect(() => {
    const { current } = box;
    if (current === null) return undefined;
    const measure = () => setScroll({ scrollTop: current.scrollTop, height: current.clientHeight });
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(current);
    return () => observer.disconnect();
  }, []);
  useEffect(() => {
    const { current } = box;
    if (current === null || at < 0) return;
    const { scrollTop, clientHeight } = current;
    const place = scrollToShow(at, { rowHeight: ROW_HEIGHT, scrollTop, height: clientHeight });
    if (place !== undefined) current.scrollTop = place;
  }, [selected]);
  const move = (to: number) => {
    const row = listed[Math.min(Math.max(0, to), listed.length - 1)];
    if (row !== undefined) onSelect(row.name);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const page = Math.max(1, Math.floor(scroll.height / ROW_HEIGHT) - 1);
    const target = KEYS[event.key]?.({ at, page, last: listed.length - 1 });
    if (target === undefined) return;
    event.preventDefault();
    move(target);
  };
  const { first, end } = visibleRows({ ...scroll, count: listed.length, rowHeight: ROW_HEIGHT });
  return (
    <div
      ref={box}
      class="rows"
      role="listbox"
      tabIndex={0}
      aria-label="Masters"
      {...(at >= first && at < end ? { "aria-activedescendant": `row-${at}` } : {})}
      onScroll={(event) => {
        const { scrollTop, clientHeight } = event.currentTarget;
        setScroll({ scrollTop, height: clientHeight });
      }}
      onKeyDown={onKeyDown}
    >
      {listed.length === 0 ? <p class="none">No master fits.</p> : null}
      <div class="canvas" style={{ height: `${listed.length * ROW_HEIGHT}px` }}>
        {listed.slice(first, end).map((master, index) => (
          <Row
            key={master.name}
            master={master}
            index={first + index}
            count={listed.length}
            isSelected={first + index === at}
            onSelect={onSelect}
          />
        ))}
      </div>
    </div>
  );
}

const KEYS: Readonly<
  Record<
    string,
    (list: { readonly at: number; readonly page: number; readonly last: number }) => number
  >
> = {
  ArrowDown: ({ at }) => at + 1,
  ArrowUp: ({ at }) => at - 1,
  PageDown: ({ at, page }) => at + page,
  PageUp: ({ at, page }) => at - page,
  Home: () => 0,
  End: ({ last }) => last,
};

function Row(props: {
  readonly master: MasterSummary;
  readonly index: number;
  readonly count: number;
  readonly isSelected: boolean;
  readonly onSelect: (name: string) => void;
}) {
  const { master, index, count, isSelected, onSelect } = props;
  const { name, address, replicas, sentinels, paused } = master;
  return (
    <div
      id={`row-${index}`}
      class={isSelected ? "row selected" : "row"}
      role="option"
      aria-selected={isSelected}
      aria-setsize={count}
      aria-posinset={index + 1}
      style={{ transform: `translateY(${index * ROW_HEIGHT}px)` }}
      onClick={() => onSelect(name)}
    >
      <span class="name" title={name}>
        {name}
      </span>
      <Badge {...summarySaid(master)} />
      <span class="where">{address}</span>
      <span class="shares">
        {paused ? "paused, " : ""}
        {replicas.ok}/{replicas.total} replicas, {sentinels.ok}/{sentinels.total} sentinels
      </span>
    </div>
  );
}
