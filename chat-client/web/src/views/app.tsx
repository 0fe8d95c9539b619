/* app.tsx: the page: its address, its title, its focus, and the parts in their places. */
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { Desk, NAME_FIRST } from '../chat';
import { draft, lastName, signed } from '../memory';
import { fromHash, toHash } from '../name';
import { settleAddress } from '../signed';
import type { Chat } from '../state';
import { ALERT_MS, Alerts, type Alert } from './alerts';
import { Banner } from './banner';
import { Composer } from './composer';
import { Header } from './header';
import { Log } from './log';
import { Strip } from './strip';

const MOST_ALERTS = 4;
const TYPED_NAME = '#name'; // no visitor's name begins so

export function App({ tab }: { tab: string }) {
  const { alerts, alert, dismiss } = useAlerts();
  const { desk, chat } = useDesk(tab, alert);
  const [name, setName] = useState(() => fromHash(location.hash) || draft.of(TYPED_NAME) || lastName.get());
  const nameField = useRef<HTMLInputElement>(null);
  const messageField = useRef<HTMLTextAreaElement>(null);
  const { text, write } = useDraft(chat.name);
  const isAtEnd = useRef(true);

  const attend = (): void => desk.attend(!document.hidden, isAtEnd.current);
  useAddress(desk, (given) => {
    if (given) setName(given);
    if (given && matchMedia('(hover: hover)').matches) messageField.current?.focus();
  });
  useWaking(desk, attend);
  useTitle(chat);

  const start = (): void => {
    const given = name.trim();
    if (!given) {
      alert(NAME_FIRST);
      nameField.current?.focus();
    } else {
      lastName.set(given);
      setName(given);
      goTo(desk, given);
      messageField.current?.focus();
    }
  };
  const say = (said: string): boolean => {
    const isTaken = desk.send(said);
    (desk.chat.name ? messageField : nameField).current?.focus();
    return isTaken;
  };
  const doing = useMemo(
    () => ({
      retry: (id: string) => (desk.retry(id), messageField.current?.focus()),
      discard: (id: string) => (desk.discard(id), messageField.current?.focus()),
    }),
    [desk],
  );

  // A long log is not looked through again for each key that is pressed.
  const log = useMemo(
    () => (
      <Log
        chat={chat} doing={doing} onOlder={() => desk.loadOlder()} onSay={say}
        onEnd={(isNow) => {
          isAtEnd.current = isNow;
          attend();
        }}
      />
    ),
    [chat],
  );

  return (
    <>
      <Header
        name={name} field={nameField} isGiven={signed.get() !== ''} onStart={start}
        onName={(typed) => {
          setName(typed);
          draft.set(TYPED_NAME, typed);
        }}
      />
      <main>
        <Strip chat={chat} onRetry={() => desk.wake()} />
        {log}
        <Banner chat={chat} />
        <Composer
          text={text} field={messageField} canEscalate={chat.standing === 'bot'}
          onText={(typed) => {
            write(typed);
            desk.typing(typed !== '');
          }}
          onSend={() => {
            if (say(text)) write('');
          }}
          onEscalate={() => {
            desk.escalate();
            (chat.name ? messageField : nameField).current?.focus();
          }}
        />
        <Alerts alerts={alerts} onDismiss={dismiss} />
      </main>
    </>
  );
}

function useAlerts() {
  const [alerts, setAlerts] = useState<readonly Alert[]>([]);
  const count = useRef(0);
  const dismiss = (id: number): void => setAlerts((all) => all.filter((alert) => alert.id !== id));
  const alert = (text: string): void => {
    const id = ++count.current;
    setAlerts((all) => [...all.filter((other) => other.text !== text).slice(1 - MOST_ALERTS), { id, text }]);
    setTimeout(() => dismiss(id), ALERT_MS);
  };
  return { alerts, alert, dismiss };
}

function useDesk(tab: string, alert: (text: string) => void): { desk: Desk; chat: Chat } {
  const [desk] = useState(() => new Desk(tab, (chat) => setChat(chat), alert));
  const [chat, setChat] = useState(desk.chat);
  return { desk, chat };
}

/** The address names the chat, so links and the back button work. */
function useAddress(desk: Desk, onName: (name: string) => void): void {
  useEffect(() => {
    const follow = (): void => {
      settleAddress();
      const name = fromHash(location.hash);
      if (name) desk.start(name);
      else desk.stop();
      onName(name);
    };
    follow();
    addEventListener('hashchange', follow);
    return () => removeEventListener('hashchange', follow);
  }, [desk]);
}

/** At once: a changed hash would be told of later, and a fast writer be asked for a name meanwhile. */
function goTo(desk: Desk, name: string): void {
  if (fromHash(location.hash) !== name) history.pushState(null, '', toHash(name));
  desk.start(name);
}

/** Hours of sleep, a network that was away, a page brought back by the back button. */
function useWaking(desk: Desk, attend: () => void): void {
  useEffect(() => {
    const seen = (): void => {
      attend();
      if (!document.hidden) desk.wake();
    };
    const online = (): void => desk.wake();
    const restored = (event: PageTransitionEvent): void => {
      if (event.persisted) seen();
    };
    document.addEventListener('visibilitychange', seen);
    addEventListener('pageshow', restored);
    addEventListener('online', online);
    addEventListener('offline', online);
    return () => {
      document.removeEventListener('visibilitychange', seen);
      removeEventListener('pageshow', restored);
      removeEventListener('online', online);
      removeEventListener('offline', online);
    };
  }, [desk]);
}

function useTitle(chat: Chat): void {
  const count = chat.visible ? 0 : chat.unseen;
  useEffect(() => {
    document.title = `${count ? `(${count}) ` : ''}${chat.name ? `${chat.name} · ` : ''}Frontdesk`;
  }, [count, chat.name]);
}

/** What is being written, kept per name; what was written before a name was given comes along. */
function useDraft(name: string): { text: string; write: (text: string) => void } {
  const now = useRef({ name, text: draft.of(name) }).current;
  const [, redraw] = useState(0);
  const write = (typed: string): void => {
    now.text = typed;
    draft.set(now.name, typed);
    redraw((n) => n + 1);
  };
  // Not in an effect: that would come after the first key that is typed in the new chat.
  if (now.name !== name) {
    const carried = now.name === '' ? now.text : '';
    if (carried) draft.set('', '');
    now.name = name;
    now.text = draft.of(name) || carried;
    draft.set(name, now.text);
  }
  return { text: now.text, write };
}
