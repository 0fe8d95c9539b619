import { expect, test } from 'vitest';
import { fromHash, nameKey, toHash } from '../src/name';

test.each(['Ada', 'Ada Lovelace', 'a/b#c?d%', '李 雷', '🛎️'])('%s goes into an address and comes back', (name) => {
  expect(fromHash(toHash(name))).toBe(name);
});

test.each(['', '#', '#/', '#/chat/', '#/chat/%20', '#/chat/%E0%A4%A', '#/else/ada'])('%s names nobody', (hash) => {
  expect(fromHash(hash)).toBe('');
});

test('a name is one name however it is written', () => {
  expect(nameKey(' ＡDa ')).toBe(nameKey('ada'));
});
