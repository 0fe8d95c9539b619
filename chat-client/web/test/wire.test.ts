import { expect, test } from 'vitest';
import { encode, parse } from '../src/wire';

const line = (value: unknown): string => JSON.stringify(value);

test('several objects in one message, one a line, keep their order', () => {
  const text = [
    line({ type: 'ack', id: 'a', conversation: 'ada', seq: 1, at: '2026-01-02T03:04:05.678Z' }),
    line({ type: 'message', conversation: 'ada', seq: 2, from: 'Bot', role: 'bot', text: 'Hi', at: '2026-01-02T03:04:05.678Z' }),
    '',
    line({ type: 'state', conversation: 'ada', state: 'escalated', position: 2 }),
  ].join('\n');
  const at = Date.UTC(2026, 0, 2, 3, 4, 5, 678);
  expect(parse(text)).toEqual([
    { type: 'ack', id: 'a', seq: 1, at },
    { type: 'message', message: { seq: 2, from: 'Bot', role: 'bot', text: 'Hi', at } },
    { type: 'state', state: 'escalated', agent: '', position: 2 },
  ]);
});

test.each([
  ['', 'nothing'],
  ['{', 'broken JSON'],
  ['null', 'null'],
  ['[]', 'an array'],
  ['"welcome"', 'a string'],
  ['{"type":"unheard_of"}', 'an unknown type'],
  ['{"type":["ack"]}', 'a type of a wrong type'],
  ['{"type":"ack","id":"a"}', 'an ack without a number'],
  ['{"type":"ack","id":7,"seq":1}', 'an ack whose id is a number'],
  ['{"type":"history","messages":{}}', 'a history without a list'],
  ['{"type":"message","seq":0}', 'a message numbered 0'],
  ['{"type":"message","seq":1.5}', 'a message numbered 1.5'],
  ['{"type":"message","seq":9007199254740993}', 'a number beyond what is exact'],
  ['{"type":"typing","on":true}', 'nobody writing'],
])('%s (%s) is left out, and what follows is heard', (bad) => {
  const frames = parse(`${bad}\n{"type":"goodbye","reason":"x","retry_after_ms":9}`);
  expect(frames).toEqual([{ type: 'goodbye', reason: 'x', retryAfter: 9 }]);
});

test('a message keeps its place when its fields make no sense', () => {
  const [frame] = parse('{"type":"message","seq":4,"role":"oracle","text":{},"at":"soon","from":null}');
  expect(frame).toEqual({ type: 'message', message: { seq: 4, from: '', role: 'system', text: '', at: NaN } });
});

test('a history is in order, without what is no message', () => {
  const messages = [{ seq: 3, text: 'c' }, null, { seq: 'x' }, { seq: 2, text: 'b' }];
  const [frame] = parse(line({ type: 'history', conversation: 'ada', state: 'nowhere', messages, last: 3, more: 'yes' }));
  expect(frame).toMatchObject({ state: 'bot', last: 3, more: false, messages: [{ seq: 2 }, { seq: 3 }] });
});

test('a welcome without features or limits has neither', () => {
  expect(parse('{"type":"welcome","name":"Ada"}')).toEqual([{ type: 'welcome', name: 'Ada', liveChat: false, maxText: 0 }]);
});

test('an error without words says its code', () => {
  expect(parse('{"type":"error","code":"conflict"}')).toEqual([{ type: 'error', code: 'conflict', message: 'conflict', retryAfter: 0 }]);
});

test('a frame is a line', () => {
  const text = encode([{ type: 'send', id: 'a', text: 'two\nlines' }, { type: 'open', after: 3 }]);
  expect(text.split('\n').map((l) => JSON.parse(l))).toEqual([{ type: 'send', id: 'a', text: 'two\nlines' }, { type: 'open', after: 3 }]);
});
