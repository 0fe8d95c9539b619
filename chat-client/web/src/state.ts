/* state.ts: what a chat looks like, as a pure function of what happened.
 *
 * Purpose   holds the part of the log that is loaded, without gap or repeat, and what stands around it.
 * Invariant `messages` are numbered without a gap. What arrived before its turn waits in `ahead`; when it
 *           waits for long, messages were missed and the owner opens the chat again after the last one.
 */
import { nameKey } from './name';
import type { Entry } from './outbox';
import type { LineStatus } from './socket';
import type { History, Message, ServerFrame, Standing } from './wire';

/** Which answer is due: a first page, what came since, or an older page. */
export type Asked = 'latest' | 'newer' | 'older';

export interface Chat {
  /** As the person wrote it; '' before a chat was started. */
  readonly name: string;
  readonly line: LineStatus;
  readonly retryAt: number;
  readonly asked: Asked | null;
  /** The first history has arrived. */
  readonly loaded: boolean;
  readonly messages: readonly Message[];
  readonly ahead: readonly Message[];
  readonly outbox: readonly Entry[];
  /** The message that is on its way, and not acknowledged yet. */
  readonly sending: string | null;
  readonly hasOlder: boolean;
  readonly standing: Standing;
  readonly agent: string;
  readonly position: number;
  readonly liveChat: boolean;
  readonly maxText: number;
  /** Who is writing just now. */
  readonly writers: readonly string[];
  /** The page is visible, and the end of the log is in view. */
  readonly visible: boolean;
  readonly atEnd: boolean;
  /** Others' messages that came while nobody looked, and the number of the first. */
  readonly unseen: number;
  readonly unseenFrom: number;
}

export type Event =
  | { type: 'started'; name: string; outbox: readonly Entry[] }
  | { type: 'stopped' }
  | { type: 'line'; status: LineStatus; retryAt: number }
  | { type: 'asked'; asked: Asked | null }
  | { type: 'heard'; frame: ServerFrame }
  | { type: 'outbox'; outbox: readonly Entry[]; sending: string | null }
  | { type: 'attention'; visible: boolean; atEnd: boolean }
  | { type: 'silent'; writer: string };

export const nothing: Chat = {
  name: '', line: 'connecting', retryAt: 0, asked: null, loaded: false, messages: [], ahead: [], outbox: [],
  sending: null, hasOlder: false, standing: 'bot', agent: '', position: 0, liveChat: false, maxText: 0,
  writers: [], visible: true, atEnd: true, unseen: 0, unseenFrom: 0,
};

/** The number of the last message that is here without a gap. */
export const lastSeq = (chat: Chat): number => chat.messages.at(-1)?.seq ?? 0;

/** The service was told of a send, and the bot is about to answer it. */
export const botIsThinking = (chat: Chat): boolean =>
  chat.sending !== null && chat.standing === 'bot' && chat.line === 'open';

export function next(chat: Chat, event: Event): Chat {
  switch (event.type) {
    case 'started':
      return { ...nothing, name: event.name, outbox: event.outbox, visible: chat.visible };
    case 'stopped':
      return { ...nothing, visible: chat.visible };
    case 'line':
      return { ...chat, line: event.status, retryAt: event.retryAt, asked: null, writers: [] };
    case 'asked':
      return { ...chat, asked: event.asked };
    case 'outbox':
      return { ...chat, outbox: event.outbox, sending: event.sending };
    case 'attention':
      return attend({ ...chat, visible: event.visible, atEnd: event.atEnd }, chat);
    case 'silent':
      return { ...chat, writers: chat.writers.filter((writer) => writer !== event.writer) };
    case 'heard':
      return hear(chat, event.frame);
  }
}

function hear(chat: Chat, frame: ServerFrame): Chat {
  switch (frame.type) {
    case 'welcome':
      return { ...chat, liveChat: frame.liveChat, maxText: frame.maxText };
    case 'history':
      return page(chat, frame);
    case 'message':
      return arrive({ ...chat, writers: chat.writers.filter((w) => w !== frame.message.from) }, [frame.message]);
    case 'ack':
      return acknowledge(chat, frame.id, frame.seq, frame.at);
    case 'state':
      return { ...chat, standing: frame.state, agent: frame.agent, position: frame.position };
    case 'typing': {
      if (nameKey(frame.from) === nameKey(chat.name)) return chat; // one's own other tab
      const others = chat.writers.filter((writer) => writer !== frame.from);
      return { ...chat, writers: frame.on ? [...others, frame.from] : others };
    }
    default:
      return chat;
  }
}

function page(chat: Chat, frame: History): Chat {
  const known = { ...chat, standing: frame.state, loaded: true };
  if (chat.asked === 'older') {
    const first = chat.messages[0]?.seq ?? 1;
    const older = frame.messages.filter((m) => m.seq < first);
    return { ...known, messages: [...older, ...chat.messages], hasOlder: frame.more && older.length > 0, asked: null };
  }
  if (chat.asked === 'newer') {
    // A log that ends before what was seen is another log: the service's data was replaced.
    if (frame.last < lastSeq(chat)) return { ...chat, messages: [], ahead: [], loaded: false, asked: null };
    const taken = arrive(known, frame.messages);
    return frame.more ? taken : { ...settle(taken), asked: null };
  }
  const { messages } = frame;
  const outbox = withoutDelivered(messages, chat.outbox);
  return arrive({ ...known, messages, outbox, hasOlder: frame.more, asked: null }, []);
}

/** Takes in messages in any order, any number of times. */
function arrive(chat: Chat, arrived: readonly Message[]): Chat {
  const last = lastSeq(chat);
  const waiting = [...chat.ahead, ...arrived]
    .filter((m) => m.seq > last)
    .sort((a, b) => a.seq - b.seq)
    .filter((m, i, all) => m.seq !== all[i - 1]?.seq);
  let ready = 0;
  while (chat.loaded && waiting[ready]?.seq === last + 1 + ready) ready++;
  const outbox = withoutDelivered(arrived, chat.outbox);
  return extend({ ...chat, outbox, ahead: waiting.slice(ready) }, waiting.slice(0, ready));
}

/** The service has said all that it has, so what still waits has nothing to wait for. */
const settle = (chat: Chat): Chat => extend({ ...chat, ahead: [] }, chat.ahead);

/** Adds to the end, and counts what others wrote while nobody looked. */
function extend(chat: Chat, added: readonly Message[]): Chat {
  if (added.length === 0) return chat;
  const longer = { ...chat, messages: [...chat.messages, ...added] };
  const others = added.filter((m) => m.role !== 'user');
  const first = others[0];
  if (!first || (chat.visible && chat.atEnd)) return longer;
  return {
    ...longer,
    unseen: chat.unseen + others.length,
    unseenFrom: chat.unseen > 0 ? chat.unseenFrom : first.seq,
  };
}

function acknowledge(chat: Chat, id: string, seq: number, at: number): Chat {
  const entry = chat.outbox.find((e) => e.id === id);
  if (!entry) return chat; // it came back as a message already
  // Who writes has read what is above.
  const rest = { ...chat, outbox: chat.outbox.filter((e) => e !== entry), sending: null, unseen: 0, unseenFrom: 0 };
  if (entry.kind !== 'send') return rest;
  return arrive(rest, [{ seq, from: chat.name, role: 'user', text: entry.text, at, id }]);
}

function withoutDelivered(arrived: readonly Message[], outbox: readonly Entry[]): readonly Entry[] {
  const left = outbox.filter((e) => !arrived.some((m) => m.id === e.id));
  return left.length < outbox.length ? left : outbox;
}

/** Looking at the end clears the count; the marker stays, to show where the new part began. */
function attend(chat: Chat, before: Chat): Chat {
  if (chat.visible === before.visible && chat.atEnd === before.atEnd) return before;
  return chat.visible && chat.atEnd ? { ...chat, unseen: 0 } : chat;
}
