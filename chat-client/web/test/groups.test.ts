import { expect, test } from 'vitest';
import { asItem, rows, unsent, type Item } from '../src/groups';
import { dayName, dayNumber } from '../src/times';
import type { Message, Role } from '../src/wire';

const noon = new Date(2026, 2, 3, 12).getTime();
const minutes = (n: number): number => noon + n * 60_000;
let count = 0;
const item = (role: Role, at: number, from: string = role): Item => {
  const seq = ++count;
  const message: Message = { seq, from, role, text: '', at };
  return asItem(message);
};
const heads = (items: Item[]): boolean[] => rows(items, 0).map((row) => row.isHead);

test('what one author says in one go belongs together', () => {
  expect(heads([item('user', minutes(0)), item('user', minutes(1)), item('bot', minutes(1)), item('bot', minutes(2))])).toEqual([true, false, true, false]);
  expect(rows([item('user', minutes(0)), item('user', minutes(1))], 0).map((r) => r.isTail)).toEqual([false, true]);
});

test('a pause, another agent and every notice begin anew', () => {
  expect(heads([item('bot', minutes(0)), item('bot', minutes(6))])).toEqual([true, true]);
  expect(heads([item('agent', minutes(0), 'Kim'), item('agent', minutes(0), 'Lee')])).toEqual([true, true]);
  expect(heads([item('system', minutes(0)), item('system', minutes(0))])).toEqual([true, true]);
});

test('the time is shown where it is a while since anything was said', () => {
  const later = rows([item('user', minutes(0)), item('bot', minutes(0)), item('user', minutes(4)), item('bot', minutes(10))], 0).map((r) => r.isLater);
  expect(later).toEqual([true, false, false, true]);
});

test('a new day is announced once', () => {
  const days = rows([item('bot', minutes(-1440)), item('bot', minutes(-1439)), item('bot', minutes(0)), item('bot', NaN)], 0).map((r) => r.day);
  expect(days).toEqual([dayNumber(minutes(-1440)), null, dayNumber(noon), null]);
});

test('what is new begins at its number, in the middle of what one said', () => {
  const items = [item('bot', minutes(0)), item('bot', minutes(0))];
  const marked = rows(items, items[1]?.seq ?? 0);
  expect(marked.map((r) => [r.isNew, r.isHead])).toEqual([[false, true], [true, true]]);
});

test('the marks tell waiting, sending, failed and sent', () => {
  const entry = { id: 'a', kind: 'send' as const, text: 't', at: 1, failed: false };
  expect(unsent(entry, 'Ada', null).mark).toBe('waiting');
  expect(unsent(entry, 'Ada', 'a').mark).toBe('sending');
  expect(unsent({ ...entry, failed: true }, 'Ada', null).mark).toBe('failed');
  expect(item('user', 1).mark).toBe('sent');
  expect(item('bot', 1).mark).toBe('received');
});

test('the same message is the same item', () => {
  const message: Message = { seq: 1, from: '', role: 'bot', text: '', at: 1 };
  expect(asItem(message)).toBe(asItem(message));
});

test('days have names near today, and dates far from it', () => {
  const today = dayNumber(noon);
  const names = new Intl.RelativeTimeFormat(undefined, { numeric: 'auto' });
  expect(dayName(today, noon).toLowerCase()).toBe(names.format(0, 'day').toLowerCase());
  expect(dayName(today - 1, noon).toLowerCase()).toBe(names.format(-1, 'day').toLowerCase());
  expect(dayName(today - 2, noon)).not.toContain('2026');
  expect(dayName(today - 400, noon)).toContain('2025');
});
