/* log.tsx: the messages, and where the reader is in them.
 *
 * The one subtle thing here is the scroll position. At the end, the log follows what comes; anywhere else the
 * message that the reader looks at stays where it is, whatever is added above or below. We do this by hand
 * because not every browser does, and because two who do it move twice.
 */
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import { asItem, rows, unsent } from '../groups';
import { botIsThinking, lastSeq, type Chat } from '../state';
import { dayName } from '../times';
import { DownIcon } from './icons';
import { Avatar, Message, type Doing } from './message';
import { FirstWords, Loading, Welcome } from './welcome';

interface Props {
  chat: Chat;
  doing: Doing;
  onOlder: () => void;
  onEnd: (isAtEnd: boolean) => void;
  onSay: (text: string) => void;
}

const NEAR_END = 60;
const NEAR_START = 400;

export function Log({ chat, doing, onOlder, onEnd, onSay }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const { isAtEnd, toEnd, onScroll } = useScroll(box, chat, onOlder, onEnd);
  const { messages, ahead, outbox, sending, name, unseenFrom } = chat;
  const items = useMemo(
    () => [
      ...[...messages, ...ahead].map(asItem),
      ...outbox.filter((entry) => entry.kind === 'send').map((entry) => unsent(entry, name, sending)),
    ],
    [messages, ahead, outbox, sending, name],
  );
  const settled = useSettled(chat);
  const now = Date.now();

  return (
    <div class="log-place">
      <div
        class="log" role="log" aria-label="Conversation" aria-busy={name !== '' && !chat.loaded} tabIndex={0}
        ref={box} onScroll={onScroll}
      >
        <div class="column">
          {chat.hasOlder && <p class="earlier">{chat.asked === 'older' ? 'Loading earlier ones…' : ''}</p>}
          {rows(items, unseenFrom).map(({ day, ...row }) => (
            <Message
              key={row.item.key} {...row} day={day === null ? '' : dayName(day, now)} doing={doing}
              isFresh={row.item.seq === 0 || row.item.seq > settled}
            />
          ))}
          {!name && <Welcome />}
          {name && !chat.loaded && items.length === 0 && <Loading />}
          {name && chat.loaded && items.length === 0 && <FirstWords chat={chat} onSay={onSay} />}
          <Writers chat={chat} />
        </div>
      </div>
      {!isAtEnd && (
        <button type="button" class={`jump${chat.unseen ? ' lively' : ''}`} onClick={toEnd}>
          {chat.unseen > 0 ? `${chat.unseen} new` : 'Latest'} <DownIcon />
        </button>
      )}
    </div>
  );
}

/** Dots for who is writing: a person, or the bot while its answer is awaited. */
function Writers({ chat }: { chat: Chat }) {
  const isBot = botIsThinking(chat);
  const person = chat.writers[0];
  if (!isBot && !person) return null;
  return (
    <div class={`writing ${isBot ? 'soon' : ''}`} aria-hidden="true">
      <Avatar item={isBot || !person ? { role: 'bot', from: '' } : { role: 'agent', from: person }} />
      <span class="bubble dots"><i /><i /><i /></span>
    </div>
  );
}

/** The last number of the first page: only what comes after it is news, and may move. */
function useSettled(chat: Chat): number {
  const settled = useRef({ name: '', isLoaded: false, seq: Infinity });
  if (settled.current.name !== chat.name || settled.current.isLoaded !== chat.loaded) {
    settled.current = { name: chat.name, isLoaded: chat.loaded, seq: chat.loaded ? lastSeq(chat) : Infinity };
  }
  return settled.current.seq;
}

function useScroll(
  box: { readonly current: HTMLDivElement | null }, chat: Chat, onOlder: () => void, onEnd: (isAtEnd: boolean) => void,
) {
  const [isAtEnd, setAtEnd] = useState(true);
  const follows = useRef(true);
  const height = useRef(0);
  const follow = (on: boolean): void => {
    follows.current = on;
    setAtEnd(on);
    onEnd(on);
  };

  // Measured while rendering, that is before the new nodes are in.
  const anchor = follows.current ? null : visibleMessage(box.current);
  const isEmpty = chat.messages.length + chat.outbox.length === 0; // what is shown then begins at its top
  useLayoutEffect(() => {
    const log = box.current;
    if (!log) return;
    if (follows.current) log.scrollTop = isEmpty ? 0 : log.scrollHeight;
    else if (anchor) log.scrollTop += (topOf(log, anchor.seq) ?? anchor.top) - anchor.top;
  });

  useEffect(() => follow(true), [chat.name]);
  const written = chat.outbox.at(-1)?.id;
  useLayoutEffect(() => {
    if (written && box.current) box.current.scrollTop = box.current.scrollHeight;
  }, [written]);

  // By the chat as it was drawn: an effect may run when there is a newer one that is not on the page yet.
  const lookForOlder = (): void => {
    if (chat.loaded && chat.hasOlder && box.current && box.current.scrollTop < NEAR_START) onOlder();
  };
  useEffect(lookForOlder, [chat.messages, chat.asked, chat.loaded]);

  useEffect(() => {
    const log = box.current;
    if (!log) return;
    const observer = new ResizeObserver(() => {
      height.current = log.clientHeight;
      if (follows.current) log.scrollTop = log.scrollHeight;
    });
    observer.observe(log);
    return () => observer.disconnect();
  }, []);

  return {
    isAtEnd,
    toEnd: () => {
      const calm = matchMedia('(prefers-reduced-motion: reduce)').matches;
      box.current?.scrollTo({ top: box.current.scrollHeight, behavior: calm ? 'auto' : 'smooth' });
      box.current?.focus({ preventScroll: true });
    },
    onScroll: () => {
      const log = box.current;
      if (!log || log.clientHeight !== height.current) return; // a keyboard opened: nobody scrolled
      const isNow = log.scrollHeight - log.scrollTop - log.clientHeight < NEAR_END;
      if (isNow !== follows.current) follow(isNow);
      lookForOlder();
    },
  };
}

/** The first message that can be seen, and where it is in the log. */
function visibleMessage(log: HTMLDivElement | null): { seq: string; top: number } | null {
  if (!log) return null;
  const edge = log.getBoundingClientRect().top;
  for (const row of log.querySelectorAll<HTMLElement>('[data-seq]')) {
    const { bottom } = row.getBoundingClientRect();
    if (bottom > edge) return { seq: row.dataset['seq'] ?? '', top: row.offsetTop };
  }
  return null;
}

const topOf = (log: HTMLDivElement, seq: string): number | undefined =>
  log.querySelector<HTMLElement>(`[data-seq="${seq}"]`)?.offsetTop;
