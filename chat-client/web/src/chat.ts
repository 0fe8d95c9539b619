/* chat.ts: the chat at work: the line, the outbox and the state, and who tells whom.
 *
 * Purpose   carries out what the person wants, and keeps the promise that what was written goes out, once, in order.
 * Ownership one Chat per page; start() ends the chat before it.
 * Errors    come to the person as alerts; a lost connection is a status, not an alert.
 */
import { fetchServiceAddress } from './config';
import { shared, signed, token } from './memory';
import { nameKey } from './name';
import { Outbox } from './outbox';
import { Line, type LineOwner, type LineStatus } from './socket';
import { lastSeq, next, nothing, type Chat, type Event } from './state';
import { isAlive } from './tabs';
import type { ClientFrame, Refusal, ServerFrame } from './wire';

const PAGE = 50;
const GAP_MS = 300; // how long a message may wait for one before it
const ACK_MS = 25_000; // longer than the service itself waits for its store
const TYPING_EVERY_MS = 3_000;
const TYPING_PAUSE_MS = 4_000;
const WRITER_MS = 8_000; // who says no more for so long has stopped writing

export const LINK_NEEDED = 'Your link here has expired, or is missing. Please come again from its site.';
export const NAME_FIRST = 'Enter your name and press “Start chat as” first.';

export class Desk implements LineOwner {
  chat: Chat = nothing;
  #tab: string;
  #onChange: (chat: Chat) => void;
  #onAlert: (text: string) => void;
  #outbox = new Outbox(null, '', '');
  #line: Line | null = null;
  #address: Promise<string> | null = null;
  #welcomed = false;
  #failures = 0; // of sends in a row, because the service was away
  #timers = new Map<string, number>();
  #typingSaid = 0;

  constructor(tab: string, onChange: (chat: Chat) => void, onAlert: (text: string) => void) {
    this.#tab = tab;
    this.#onChange = onChange;
    this.#onAlert = onAlert;
  }

  start(name: string): void {
    this.stop();
    this.#outbox = new Outbox(shared, nameKey(name), this.#tab);
    this.#tell({ type: 'started', name, outbox: this.#outbox.entries });
    this.#line = new Line(this);
  }

  stop(): void {
    this.#line?.close();
    this.#line = null;
    this.#welcomed = false;
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
    this.#tell({ type: 'stopped' });
  }

  /** True when the text is on its way, and the field may be emptied. */
  send(text: string): boolean {
    const said = cleaned(text);
    const { name, maxText } = this.chat;
    if (!name) return this.#refuse(NAME_FIRST);
    if (!said.trim()) return false;
    const bytes = new TextEncoder().encode(said).length;
    if (maxText && bytes > maxText) {
      return this.#refuse(`This is too long: ${bytes} bytes, and ${maxText} is the most. Please shorten it.`);
    }
    return this.#put('send', said);
  }

  escalate(): boolean {
    if (!this.chat.name) return this.#refuse(NAME_FIRST);
    if (this.chat.outbox.some((entry) => entry.kind === 'escalate')) return false;
    return this.#put('escalate', '');
  }

  retry(id: string): void {
    this.#outbox.retry(id, Date.now());
    this.#mirror();
    this.#flush();
  }

  discard(id: string): void {
    this.#outbox.remove(id);
    this.#mirror();
  }

  loadOlder(): void {
    const first = this.chat.messages[0]?.seq ?? 0;
    if (!this.chat.hasOlder || this.chat.asked || !this.#welcomed || first <= 1 || this.#timers.has('older')) return;
    this.#ask('older', { type: 'history', before: first, limit: PAGE });
  }

  /** Says that the person writes, now and then; and once, that they stopped. */
  typing(on: boolean): void {
    if (!this.#welcomed || (!on && !this.#typingSaid)) return;
    const now = Date.now();
    if (!on || now - this.#typingSaid > TYPING_EVERY_MS) {
      this.#line?.send({ type: 'typing', on });
      this.#typingSaid = on ? now : 0;
    }
    if (on) this.#after('typing', TYPING_PAUSE_MS, () => this.typing(false));
    else this.#cancel('typing');
  }

  attend(visible: boolean, atEnd: boolean): void {
    this.#tell({ type: 'attention', visible, atEnd });
  }

  wake(): void {
    this.#line?.wake();
  }

  // What the line asks and tells.

  address(fresh: boolean): Promise<string> {
    if (fresh) this.#address = null;
    const found = (this.#address ??= fetchServiceAddress());
    found.catch((error: unknown) => {
      this.#address = null;
      console.error('Where the chat service is could not be read:', error);
    });
    return found;
  }

  greeting(): ClientFrame[] {
    const known = token.of(this.chat.name);
    const jwt = signed.get();
    return [{ type: 'hello', name: this.chat.name, ...(known && { token: known }), ...(jwt && { jwt }) }];
  }

  probe(): ClientFrame | null {
    if (!this.#welcomed || this.chat.asked) return null;
    this.#tell({ type: 'asked', asked: this.chat.loaded ? 'newer' : 'latest' });
    return this.#opening();
  }

  status(status: LineStatus, retryAt: number): void {
    this.#welcomed = false;
    this.#typingSaid = 0;
    this.#cancel('ack', 'gap', 'open', 'flush');
    this.#tell({ type: 'line', status, retryAt });
    this.#mirror();
  }

  heard(frames: ServerFrame[]): void {
    const line = this.#line;
    for (const frame of frames) {
      if (this.#line !== line) return; // a frame before this one ended the chat
      this.#hear(frame);
    }
  }

  #hear(frame: ServerFrame): void {
    this.#tell({ type: 'heard', frame });
    switch (frame.type) {
      case 'welcome':
        this.#welcomed = true;
        if (frame.token) token.set(this.chat.name, frame.token);
        this.#open();
        break;
      case 'history':
        for (const message of frame.messages) if (message.id) this.#delivered(message.id);
        if (!this.chat.asked) this.#caughtUp();
        break;
      case 'message':
        if (frame.message.id) this.#delivered(frame.message.id);
        break;
      case 'ack':
        this.#delivered(frame.id);
        break;
      case 'typing':
        if (frame.on) this.#after(`writer:${frame.from}`, WRITER_MS, () => this.#tell({ type: 'silent', writer: frame.from }));
        break;
      case 'error':
        this.#refused(frame);
        break;
      case 'goodbye':
        this.#line?.dismissed(frame.retryAfter);
        break;
    }
    this.#closeGaps();
  }

  // Reading: opening the log, and staying without gaps.

  #opening(): ClientFrame {
    const after = lastSeq(this.chat);
    return this.chat.loaded ? { type: 'open', after } : { type: 'open' };
  }

  #open(): void {
    this.#ask(this.chat.loaded ? 'newer' : 'latest', this.#opening());
  }

  #ask(asked: NonNullable<Chat['asked']>, frame: ClientFrame): void {
    this.#tell({ type: 'asked', asked });
    this.#line?.send(frame);
  }

  #caughtUp(): void {
    if (!this.chat.loaded) this.#open();
    else void this.#outbox.adopt(isAlive).then(() => { this.#mirror(); this.#flush(); });
  }

  #closeGaps(): void {
    if (!this.chat.ahead.length) this.#cancel('gap');
    else if (!this.#timers.has('gap')) {
      this.#after('gap', GAP_MS, () => {
        if (this.#welcomed && !this.chat.asked) this.#open();
        else this.#closeGaps();
      });
    }
  }

  // Writing: one at a time, so that what was written first is stored first.

  #put(kind: 'send' | 'escalate', text: string): boolean {
    if (!this.#outbox.add(kind, text, Date.now())) {
      return this.#refuse('Too much waits to be sent already. Please wait until the connection is back.');
    }
    this.typing(false);
    this.#mirror();
    this.#flush();
    return true;
  }

  #flush(): void {
    const entry = this.#outbox.head;
    if (!entry || !this.#welcomed || !this.chat.loaded || this.chat.sending || this.#timers.has('flush')) return;
    const { id, kind, text } = entry;
    this.#mirror(id);
    this.#line?.send(kind === 'send' ? { type: 'send', id, text } : { type: 'escalate', id });
    this.#after('ack', ACK_MS, () => this.#line?.reconnect());
  }

  #delivered(id: string): void {
    if (!this.#outbox.has(id)) return;
    this.#failures = 0;
    this.#outbox.remove(id);
    this.#answered(id);
  }

  /** The service has spoken about this one, so that the next may go. */
  #answered(id: string): void {
    if (this.chat.sending === id || this.chat.sending === null) this.#cancel('ack');
    this.#mirror(this.chat.sending === id ? null : this.chat.sending);
    this.#flush();
  }

  #refused(error: Refusal): void {
    if (!this.#welcomed) return this.#turnedAway(error);
    const entry = this.#outbox.entries.find((e) => e.id === error.id);
    const passing = error.code === 'rate_limited' || error.code === 'unavailable';
    if (passing) return entry ? this.#sendLater(error) : this.#openLater(error);
    if (error.code === 'name_required' || error.code === 'unauthorized') this.#line?.reconnect();
    const isLate = entry?.kind === 'escalate' && error.code === 'conflict';
    this.#onAlert(isLate ? 'This chat was escalated already.' : error.message);
    if (!entry) return this.#tell({ type: 'asked', asked: null });
    if (entry.kind === 'send') this.#outbox.fail(entry.id);
    else this.#outbox.remove(entry.id);
    this.#answered(entry.id);
  }

  /** The greeting was refused: wait if it may pass, else this name will not do. */
  #turnedAway(error: Refusal): void {
    if (error.code === 'rate_limited' || error.code === 'unavailable') {
      this.#line?.comeBackAfter(error.retryAfter);
      this.#line?.reconnect();
    } else if (error.code === 'unauthorized') {
      this.#end();
    } else {
      this.stop();
      this.#onAlert(error.message);
    }
  }

  /** What is on the page stays to be read; what was written waits for a new link. */
  #end(): void {
    this.#line?.close();
    this.#line = null;
    if (this.chat.loaded) this.status('ended', 0);
    else this.stop();
    signed.set('');
    this.#onAlert(LINK_NEEDED);
  }

  #sendLater(error: Refusal): void {
    const backoff = error.code === 'unavailable' ? Math.min(15_000, 500 * 2 ** this.#failures++) : 0;
    this.#cancel('ack');
    this.#mirror(null);
    const wait = Math.min(60_000, Math.max(error.retryAfter || 500, backoff));
    // A crowd that was refused at once must not be back at once.
    this.#after('flush', wait + Math.random() * Math.max(200, wait / 2), () => this.#flush());
  }

  #openLater(error: Refusal): void {
    const { asked } = this.chat;
    if (!asked) return; // a typing frame too many, say
    this.#tell({ type: 'asked', asked: null });
    if (asked === 'older') return this.#after('older', 2_000, () => {}); // scrolling asks again, but not at once
    this.#after('open', Math.min(60_000, error.retryAfter || 2_000), () => this.#welcomed && !this.chat.asked && this.#open());
  }

  // Small print.

  #mirror(sending: string | null = this.#welcomed ? this.chat.sending : null): void {
    this.#tell({ type: 'outbox', outbox: this.#outbox.entries, sending });
  }

  #refuse(text: string): false {
    this.#onAlert(text);
    return false;
  }

  #tell(event: Event): void {
    const before = this.chat;
    this.chat = next(before, event);
    if (this.chat !== before) this.#onChange(this.chat);
  }

  #after(what: string, ms: number, action: () => void): void {
    this.#cancel(what);
    this.#timers.set(what, window.setTimeout(() => {
      this.#timers.delete(what);
      action();
    }, ms));
  }

  #cancel(...names: string[]): void {
    for (const name of names) {
      clearTimeout(this.#timers.get(name));
      this.#timers.delete(name);
    }
  }
}

/** What the service can store: no halves of characters, no control characters. */
const cleaned = (text: string): string =>
  text.replace(/\r\n?/g, '\n').replace(/\p{Surrogate}/gu, '\ufffd').replace(/[\0-\x08\x0b-\x1f\x7f]/g, '').trimEnd();
