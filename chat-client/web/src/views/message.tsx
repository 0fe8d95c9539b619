/* message.tsx: one message, and what is above it: the day, the marker of what is new, the author. */
import { Component } from 'preact';
import type { Item, Row } from '../groups';
import { markdown } from '../markdown';
import { isoOf, momentOf, timeOf } from '../times';
import { AlertIcon, Bell, CheckIcon, ClockIcon } from './icons';

export interface Doing {
  readonly retry: (id: string) => void;
  readonly discard: (id: string) => void;
}

export interface Props extends Omit<Row, 'day'> {
  readonly day: string;
  readonly isFresh: boolean;
  readonly doing: Doing;
}

/** Drawn again only when something about it changed: a log is long, and grows at its end. */
export class Message extends Component<Props> {
  override shouldComponentUpdate(next: Props): boolean {
    const now = this.props;
    return (
      (['from', 'text', 'at', 'mark', 'seq'] as const).some((key) => now.item[key] !== next.item[key]) ||
      (['day', 'isNew', 'isLater', 'isHead', 'isTail'] as const).some((key) => now[key] !== next[key])
    );
  }

  override render({ item, day, isNew, isLater, isHead, isTail, isFresh, doing }: Props) {
    const shape = `row ${item.role}${isHead ? ' head' : ''}${isTail ? ' tail' : ''}${isFresh ? ' fresh' : ''} ${item.mark}`;
    return (
      <>
        {day && <h2 class="day"><span>{day}</span></h2>}
        {isNew && <p class="new"><span>New messages</span></p>}
        <article class={shape} data-seq={item.seq || undefined}>
          {item.role === 'system' ? <Notice item={item} /> : <Bubble item={item} isHead={isHead} isLater={isLater} />}
          {item.mark === 'failed' && <Failed id={item.key} doing={doing} />}
        </article>
      </>
    );
  }
}

const Bubble = ({ item, isHead, isLater }: { item: Item; isHead: boolean; isLater: boolean }) => (
  <>
    {isHead && item.role !== 'user' && <Avatar item={item} />}
    <p class={isLater || (isHead && item.role !== 'user') ? 'by' : 'by unseen'}>
      <span class={item.role === 'user' ? 'unseen' : 'author'}>{author(item)}</span> <Time at={item.at} />
    </p>
    <div class="said">
      <MarkIcon item={item} />
      <div class="bubble" title={momentOf(item.at)} dir="auto" dangerouslySetInnerHTML={{ __html: markdown(item.text) }} />
    </div>
  </>
);

const Notice = ({ item }: { item: Item }) => <p class="notice">{item.text} <Time at={item.at} /></p>;

const Time = ({ at }: { at: number }) => <time dateTime={isoOf(at)}>{timeOf(at)}</time>;

export const Avatar = ({ item }: { item: Pick<Item, 'role' | 'from'> }) => (
  <span class="avatar" aria-hidden="true">
    {item.role === 'bot' ? <Bell size={20} /> : [...item.from.trim()][0]?.toUpperCase()}
  </span>
);

const author = ({ role, from }: Item): string => (role === 'user' ? 'You' : from || (role === 'bot' ? 'Bot' : 'Agent'));

const MARKS = { sending: 'Sending', waiting: 'Waiting', sent: 'Sent' } as const;

function MarkIcon({ item: { mark } }: { item: Item }) {
  if (mark === 'received' || mark === 'failed') return null;
  return (
    <span class="mark" title={MARKS[mark]}>
      {mark === 'sent' ? <CheckIcon /> : <ClockIcon />}
      <span class="unseen">{MARKS[mark]}</span>
    </span>
  );
}

const Failed = ({ id, doing }: { id: string; doing: Doing }) => (
  <p class="failure">
    <span><AlertIcon /> Not delivered</span>
    <button type="button" class="button small" onClick={() => doing.retry(id)}>Retry</button>
    <button type="button" class="button small" onClick={() => doing.discard(id)}>Discard</button>
  </p>
);
