import { expect, test } from 'vitest';
import { fromHash, nameKey, toHash } from '../src/name';
import { backoff } from '../src/socket';

test.each(['Ada', 'Ada Lovelace', 'a/b#c?d%', '李 雷', '🛎️'])('%s goes into an address and comes back', (name) => {
  expect(fromHash(toHash(name))).toBe(name);
});

test.each(['', '#', '#/', '#/chat/', '#/chat/%20', '#/chat/%E0%A4%A', '#/else/ada'])('%s names nobody', (hash) => {
  expect(fromHash(hash)).toBe('');
});

test('a name is one name however it is written', () => {
  expect(nameKey(' ＡDa ')).toBe(nameKey('ada'));
});

test('waiting grows from under half a second to at most 20, and differs by chance', () => {
  expect(backoff(0, 0)).toBe(200);
  expect(backoff(0, 1)).toBe(400);
  for (let n = 0; n < 2000; n++) {
    expect(backoff(n, 0)).toBeGreaterThanOrEqual(200);
    expect(backoff(n, 1)).toBeLessThanOrEqual(20_000);
    expect(backoff(n + 1, 0)).toBeGreaterThanOrEqual(backoff(n, 0));
  }
});
