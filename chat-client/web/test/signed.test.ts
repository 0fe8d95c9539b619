import { expect, test } from 'vitest';
import { nameIn, tokenIn } from '../src/signed';

const base64url = (text: string): string => Buffer.from(text).toString('base64url');
const tokenOf = (payload: string): string => `${base64url('{"alg":"HS256"}')}.${base64url(payload)}.c2lnbmF0dXJl`;

test('a token is what an address has behind its mark', () => {
  expect(tokenIn('#jwt=a.b-_.c')).toBe('a.b-_.c');
  for (const hash of ['', '#', '#jwt', '#jwt=', '#JWT=a.b.c', '#/chat/jwt=a.b.c', 'jwt=a.b.c']) expect(tokenIn(hash)).toBe('');
});

test.each(['Ada', 'Ada Lovelace', '李 雷', '🛎️', 'ÿ>>>???', 'a/b#c?d%'])('the name in a token is %s', (name) => {
  expect(nameIn(tokenOf(JSON.stringify({ sub: ` ${name} `, exp: 1 })))).toBe(name);
});

test.each(['', 'a', '..', 'a.b.c', 'x.!!!.y', ...['', 'null', '7', '[]', '{}', '{"sub":7}', '{"sub":null}', '{"sub":"Ada"'].map(tokenOf)])(
  '%s names nobody', (token) => {
    expect(nameIn(token)).toBe('');
  },
);
