import { webcrypto } from 'node:crypto';
import { beforeEach, expect, test } from 'vitest';
import { newId, Outbox } from '../src/outbox';

globalThis.crypto ??= webcrypto as Crypto; // Node 18 has it by this name only

/** The browser's storage, as far as its contract is used here: Node has none. */
class MemoryStorage implements Storage {
  #items = new Map<string, string>();
  get length() { return this.#items.size; }
  key(i: number) { return [...this.#items.keys()][i] ?? null; }
  getItem(key: string) { return this.#items.get(key) ?? null; }
  setItem(key: string, value: string) { this.#items.set(key, value); }
  removeItem(key: string) { this.#items.delete(key); }
  clear() { this.#items.clear(); }
}

let storage: Storage;
beforeEach(() => { storage = new MemoryStorage(); });
const texts = (outbox: Outbox): string[] => outbox.entries.map((e) => e.text);
const dead = () => Promise.resolve(false);

test('what is written keeps its order and its id over a reload', () => {
  const before = new Outbox(storage, 'ada', 'tab');
  before.add('send', 'one', 1000);
  before.add('send', 'two', 1000); // within the same millisecond
  before.add('escalate', '', 900); // a clock that was set back
  const after = new Outbox(storage, 'ada', 'tab');
  expect(after.entries).toEqual(before.entries);
  expect(after.entries.map((e) => e.text)).toEqual(['one', 'two', '']);
});

test('what is done is gone, for the next page too', () => {
  const outbox = new Outbox(storage, 'ada', 'tab');
  outbox.remove(outbox.add('send', 'one', 1)?.id ?? '');
  expect(texts(outbox)).toEqual([]);
  expect(storage.length).toBe(0);
});

test('names do not share, also when one begins like the other', () => {
  new Outbox(storage, 'a:b', 'tab').add('send', 'for a:b', 1);
  expect(texts(new Outbox(storage, 'a', 'tab'))).toEqual([]);
});

test('a failed one stays, is not the next, and a retry goes to the end under its id', () => {
  const outbox = new Outbox(storage, 'ada', 'tab');
  const first = outbox.add('send', 'one', 1);
  outbox.add('send', 'two', 2);
  outbox.fail(first?.id ?? '');
  expect(outbox.head?.text).toBe('two');
  expect(texts(new Outbox(storage, 'ada', 'tab'))).toEqual(['one', 'two']);
  outbox.retry(first?.id ?? '', 3);
  expect(outbox.entries.map((e) => e.text)).toEqual(['two', 'one']);
  expect(outbox.entries[1]?.id).toBe(first?.id);
});

test('a living tab\'s messages are its own, a closed one\'s are taken over', async () => {
  new Outbox(storage, 'ada', 'alive').add('send', 'theirs', 1);
  new Outbox(storage, 'ada', 'closed').add('send', 'left', 2);
  const outbox = new Outbox(storage, 'ada', 'me');
  expect(texts(outbox)).toEqual([]);
  await outbox.adopt((tab) => Promise.resolve(tab === 'alive'));
  expect(texts(outbox)).toEqual(['left']);
  await new Outbox(storage, 'ada', 'third').adopt((tab) => Promise.resolve(tab !== 'closed'));
  expect(texts(new Outbox(storage, 'ada', 'me'))).toEqual(['left']);
});

test('what is broken in the storage is not touched and does no harm', async () => {
  storage.setItem('frontdesk:outbox:ada:x', '{');
  storage.setItem('frontdesk:outbox:ada:y', '{"id":"z","kind":"send","text":"t","at":1,"failed":false,"tab":"tab"}');
  storage.setItem('frontdesk:outbox:ada:z', 'null');
  const outbox = new Outbox(storage, 'ada', 'tab');
  await outbox.adopt(dead);
  expect(texts(outbox)).toEqual([]);
});

test('without storage, or with a full one, it works within the page', () => {
  const full = new MemoryStorage();
  full.setItem = () => { throw new DOMException('full', 'QuotaExceededError'); };
  for (const broken of [null, full]) {
    const outbox = new Outbox(broken, 'ada', 'tab');
    outbox.add('send', 'one', 1);
    expect(texts(outbox)).toEqual(['one']);
  }
});

test('it is bounded in number and in size', () => {
  const outbox = new Outbox(storage, 'ada', 'tab');
  expect(outbox.add('send', 'x'.repeat(2_000_001), 1)).toBeNull();
  for (let i = 0; i < 200; i++) expect(outbox.add('send', 'x', i)).not.toBeNull();
  expect(outbox.add('send', 'x', 1)).toBeNull();
});

test('ids fit the wire and do not repeat', () => {
  const ids = new Set(Array.from({ length: 1000 }, newId));
  expect(ids.size).toBe(1000);
  for (const id of ids) expect(id).toMatch(/^[0-9a-f]{32}$/);
});
