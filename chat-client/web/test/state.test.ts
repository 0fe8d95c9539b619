import { expect, test } from 'vitest';
import type { Entry } from '../src/outbox';
import { botIsThinking, lastSeq, next, nothing, type Asked, type Chat, type Event } from '../src/state';
import type { History, Message, Role } from '../src/wire';

const message = (seq: number, role: Role = 'bot', id?: string): Message =>
  ({ seq, from: role, role, text: `m${seq}`, at: seq * 1000, ...(id && { id }) });
const many = (from: number, to: number): Message[] =>
  Array.from({ length: to - from + 1 }, (_, i) => message(from + i));
const entry = (id: string, kind: Entry['kind'] = 'send'): Entry => ({ id, kind, text: `text of ${id}`, at: 1, failed: false });
const history = (messages: Message[], rest: Partial<History> = {}): Event => ({
  type: 'heard',
  frame: { type: 'history', conversation: 'ada', state: 'bot', messages, last: messages.at(-1)?.seq ?? 0, more: false, ...rest },
});
const arrival = (m: Message): Event => ({ type: 'heard', frame: { type: 'message', message: m } });
const ack = (id: string, seq: number): Event => ({ type: 'heard', frame: { type: 'ack', id, seq, at: 5 } });
const asked = (what: Asked): Event => ({ type: 'asked', asked: what });
const run = (chat: Chat, ...events: Event[]): Chat => events.reduce(next, chat);
const seqs = (chat: Chat): number[] => chat.messages.map((m) => m.seq);

const started = run(nothing, { type: 'started', name: 'Ada', outbox: [] }, { type: 'line', status: 'open', retryAt: 0 }, asked('latest'));
const opened = (from: number, to: number, more = false): Chat => run(started, history(many(from, to), { more }));

test('the first page is the chat', () => {
  const chat = opened(51, 60, true);
  expect(chat).toMatchObject({ loaded: true, asked: null, hasOlder: true });
  expect(lastSeq(chat)).toBe(60);
});

test('starting clears what was there', () => {
  const chat = run(opened(1, 5), { type: 'started', name: 'Bob', outbox: [] });
  expect(chat).toMatchObject({ name: 'Bob', messages: [], loaded: false, standing: 'bot' });
});

test('what comes again changes nothing', () => {
  const chat = run(opened(1, 3), arrival(message(4)), arrival(message(4)), arrival(message(2)));
  expect(seqs(chat)).toEqual([1, 2, 3, 4]);
  expect(chat.ahead).toEqual([]);
});

test('what comes too early waits for what is before it', () => {
  const early = run(opened(1, 3), arrival(message(6)), arrival(message(5)));
  expect(seqs(early)).toEqual([1, 2, 3]);
  expect(early.ahead.map((m) => m.seq)).toEqual([5, 6]);
  const whole = run(early, arrival(message(4)));
  expect(seqs(whole)).toEqual([1, 2, 3, 4, 5, 6]);
  expect(whole.ahead).toEqual([]);
});

test('what comes before the first page is not lost', () => {
  const chat = run(started, arrival(message(4)), history(many(1, 3)));
  expect(seqs(chat)).toEqual([1, 2, 3, 4]);
});

test('what came since arrives in several frames, and overlaps with live ones', () => {
  const chat = run(
    opened(1, 3), asked('newer'),
    history(many(4, 6), { more: true, last: 9 }), arrival(message(9)), history(many(6, 8), { last: 9 }),
  );
  expect(seqs(chat)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
  expect(chat.asked).toBeNull();
});

test('a gap that the service does not fill is not asked for forever', () => {
  const chat = run(opened(1, 3), asked('newer'), history(many(7, 8)));
  expect(seqs(chat)).toEqual([1, 2, 3, 7, 8]);
  expect(chat.ahead).toEqual([]);
});

test('a log that is shorter than what was seen is read anew', () => {
  const chat = run(opened(1, 30), asked('newer'), history([], { last: 2 }));
  expect(chat).toMatchObject({ loaded: false, messages: [], asked: null });
});

test('nothing new keeps older pages available', () => {
  expect(run(opened(51, 60, true), asked('newer'), history([], { last: 60 })).hasOlder).toBe(true);
});

test('an older page goes in front, once', () => {
  const chat = run(opened(51, 60, true), asked('older'), history(many(41, 52), { more: true }));
  expect(seqs(chat)).toEqual(many(41, 60).map((m) => m.seq));
  expect(chat).toMatchObject({ hasOlder: true, asked: null });
  expect(run(chat, asked('older'), history([], { more: true })).hasOlder).toBe(false);
});

test('an acknowledged message becomes a message, with its number', () => {
  const sent = run(opened(1, 3), { type: 'outbox', outbox: [entry('a')], sending: 'a' });
  expect(botIsThinking(sent)).toBe(true);
  const chat = run(sent, ack('a', 4));
  expect(chat).toMatchObject({ outbox: [], sending: null });
  expect(chat.messages.at(-1)).toMatchObject({ seq: 4, id: 'a', role: 'user', from: 'Ada', text: 'text of a' });
  expect(botIsThinking(chat)).toBe(false);
});

test('an ack that overtakes another tab\'s message waits for it', () => {
  const chat = run(opened(1, 3), { type: 'outbox', outbox: [entry('a')], sending: 'a' }, ack('a', 6), arrival(message(4)), arrival(message(5)), arrival(message(7)));
  expect(seqs(chat)).toEqual([1, 2, 3, 4, 5, 6, 7]);
  expect(chat.messages[5]?.id).toBe('a');
});

test('an acknowledged escalation adds no message of its own', () => {
  const chat = run(opened(1, 3), { type: 'outbox', outbox: [entry('e', 'escalate')], sending: 'e' }, ack('e', 4));
  expect(seqs(chat)).toEqual([1, 2, 3]);
  expect(chat.outbox).toEqual([]);
});

test('a message that was stored before the connection broke leaves the outbox when it is read', () => {
  const chat = run(opened(1, 3), { type: 'outbox', outbox: [entry('a'), entry('b')], sending: null }, asked('newer'), history([message(4, 'user', 'a')]));
  expect(chat.outbox.map((e) => e.id)).toEqual(['b']);
  expect(run(chat, ack('a', 4)).messages).toHaveLength(4);
});

test('an ack for a number that is here already adds nothing', () => {
  const chat = run(opened(1, 4), { type: 'outbox', outbox: [entry('a')], sending: 'a' }, ack('a', 4));
  expect(seqs(chat)).toEqual([1, 2, 3, 4]);
  expect(chat.outbox).toEqual([]);
});

test('what others write while nobody looks is counted from the first', () => {
  const away = run(opened(1, 3), { type: 'attention', visible: false, atEnd: true }, arrival(message(4)), arrival(message(5, 'user')), arrival(message(6)));
  expect(away).toMatchObject({ unseen: 2, unseenFrom: 4 });
  const back = run(away, { type: 'attention', visible: true, atEnd: true });
  expect(back).toMatchObject({ unseen: 0, unseenFrom: 4 });
  expect(run(back, { type: 'attention', visible: true, atEnd: false }, arrival(message(7)))).toMatchObject({ unseen: 1, unseenFrom: 7 });
});

test('writing takes the marker of what is new away', () => {
  const away = run(opened(1, 3), { type: 'attention', visible: true, atEnd: false }, arrival(message(4)));
  const wrote = run(away, { type: 'outbox', outbox: [entry('a')], sending: 'a' }, ack('a', 5));
  expect(wrote).toMatchObject({ unseen: 0, unseenFrom: 0 });
});

test('what is read in sight is not counted', () => {
  expect(run(opened(1, 3), arrival(message(4))).unseen).toBe(0);
});

test('another tab of one\'s own is nobody writing', () => {
  const typing = (from: string, on: boolean): Event => ({ type: 'heard', frame: { type: 'typing', from, on } });
  const chat = run(opened(1, 3), typing(' ADA ', true), typing('Kim', true), typing('Kim', true));
  expect(chat.writers).toEqual(['Kim']);
  expect(run(chat, typing('Kim', false)).writers).toEqual([]);
  expect(run(chat, arrival({ ...message(4, 'agent'), from: 'Kim' })).writers).toEqual([]);
});

test('a lost line forgets what was asked, and keeps what was read', () => {
  const chat = run(opened(1, 3), asked('older'), { type: 'line', status: 'waiting', retryAt: 9 });
  expect(chat).toMatchObject({ asked: null, loaded: true, line: 'waiting' });
  expect(seqs(chat)).toEqual([1, 2, 3]);
});

test('the state is the service\'s to say', () => {
  const chat = run(opened(1, 3), { type: 'heard', frame: { type: 'state', state: 'live', agent: 'Kim', position: 0 } });
  expect(chat).toMatchObject({ standing: 'live', agent: 'Kim' });
});
