/* groups.ts: messages as the eye takes them in: by day, by author, and by what was said in one go. */
import type { Entry } from './outbox';
import { dayNumber } from './times';
import type { Message, Role } from './wire';

export type Mark = 'received' | 'sent' | 'sending' | 'waiting' | 'failed';

/** One message as it is shown. An unsent one has no number yet. */
export interface Item {
  readonly key: string;
  readonly seq: number;
  readonly from: string;
  readonly role: Role;
  readonly text: string;
  readonly at: number;
  readonly mark: Mark;
}

/** An item in its place: what is shown above it, and whether the author's name is. */
export interface Row {
  readonly item: Item;
  /** A new day begins here. */
  readonly day: number | null;
  /** What is new to the reader begins here. */
  readonly isNew: boolean;
  /** It is a while since anything was said, so the time is worth showing. */
  readonly isLater: boolean;
  /** The first and the last of what one author said in one go. */
  readonly isHead: boolean;
  readonly isTail: boolean;
}

const PAUSE_MS = 5 * 60_000;

const shown = new WeakMap<Message, Item>(); // the same message is the same item, so that it need not be drawn again

export function asItem(message: Message): Item {
  let item = shown.get(message);
  if (!item) {
    const { seq, from, role, text, at, id } = message;
    item = { key: id ?? String(seq), seq, from, role, text, at, mark: role === 'user' ? 'sent' : 'received' };
    shown.set(message, item);
  }
  return item;
}

export function unsent(entry: Entry, from: string, sending: string | null): Item {
  const mark = entry.failed ? 'failed' : entry.id === sending ? 'sending' : 'waiting';
  return { key: entry.id, seq: 0, from, role: 'user', text: entry.text, at: entry.at, mark };
}

/** `newFrom` is the number of the first new message, 0 when none is. */
export function rows(items: readonly Item[], newFrom: number): Row[] {
  let lastDay: number | null = null;
  const starts = items.map((item, i) => {
    const today: number | null = Number.isNaN(item.at) ? lastDay : dayNumber(item.at);
    const day = today !== lastDay ? today : null;
    lastDay = today;
    const isNew = newFrom > 0 && item.seq === newFrom;
    const before = items[i - 1];
    const isLater = day !== null || !before || item.at - before.at > PAUSE_MS;
    return { item, day, isNew, isLater, isHead: isLater || isNew || !follows(item, before) };
  });
  return starts.map((row, i) => ({ ...row, isTail: starts[i + 1]?.isHead ?? true }));
}

const follows = (item: Item, before: Item | undefined): boolean =>
  before?.role === item.role && before.from === item.from && item.role !== 'system';
