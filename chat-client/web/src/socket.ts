/* socket.ts: one lasting line to the chat service.
 *
 * Purpose   connects, notices a dead connection, and connects again with jittered backoff until it is closed.
 *           It knows when to speak, not what: the greeting and the probe come from its owner.
 * Errors    none reach the owner: a failure is a change of status, and another attempt.
 */
import { encode, parse, type ClientFrame, type ServerFrame } from './wire';

/** 'ended': no attempt is made any more; its owner says so. */
export type LineStatus = 'connecting' | 'open' | 'waiting' | 'ended';

export interface LineOwner {
  /** Where to connect; `fresh` asks to look it up again, for it may have moved. */
  address(fresh: boolean): Promise<string>;
  /** The first words on a new connection. */
  greeting(): ClientFrame[];
  /** A question that is always answered, or null when an answer is due anyway. */
  probe(): ClientFrame | null;
  heard(frames: ServerFrame[]): void;
  status(status: LineStatus, retryAt: number): void;
}

const CONNECT_MS = 10_000;
const IDLE_MS = 45_000; // below the 60 s after which proxies commonly drop an idle connection
const ANSWER_MS = 10_000;
const WAKE_ANSWER_MS = 4_000;
const LONGEST_REST_MS = 60_000;
const STEADY_MS = 5_000; // a connection that lived this long has earned a quick first retry

/** How long to wait before attempt n (0, 1, 2 ...): doubling from 0.4 s to 20 s, the upper half of it by chance. */
export const backoff = (attempt: number, random: number): number =>
  Math.min(20_000, 400 * 2 ** Math.min(attempt, 10)) * (0.5 + random / 2);

export class Line {
  #owner: LineOwner;
  #socket: WebSocket | null = null;
  #closed = false;
  #attempt = 0;
  #retryAfter = 0;
  #openedAt = 0;
  #heardAt = 0;
  #timer = 0; // the next attempt, or the next look at the connection's pulse
  #deadline = 0; // an answer is due before this runs out

  constructor(owner: LineOwner) {
    this.#owner = owner;
    void this.#connect();
  }

  /** For good. */
  close(): void {
    this.#closed = true;
    this.#drop();
  }

  send(frame: ClientFrame): void {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(encode([frame]));
  }

  /** The service asked to come back later, so the next attempt waits at least so long. */
  comeBackAfter(ms: number): void {
    this.#retryAfter = Math.min(ms, LONGEST_REST_MS);
  }

  /** The service goes, and said when to come back: no failure, however short the connection was. */
  dismissed(ms: number): void {
    this.#attempt = 0;
    this.comeBackAfter(ms);
    this.reconnect();
  }

  /** Gives this connection up and makes another. */
  reconnect(): void {
    if (!this.#closed) this.#lost();
  }

  /** The page woke up, or the network came back: do not wait for timers that were set before. */
  wake(): void {
    if (this.#closed) return;
    if (!this.#socket) {
      this.#attempt = 0;
      void this.#connect();
    } else if (this.#socket.readyState === WebSocket.OPEN && Date.now() - this.#heardAt > WAKE_ANSWER_MS) {
      this.#ask(WAKE_ANSWER_MS);
    }
  }

  async #connect(): Promise<void> {
    this.#drop();
    this.#owner.status('connecting', 0);
    const turn = (this.#timer = window.setTimeout(() => this.#lost(), CONNECT_MS));
    let address: string;
    try {
      address = await this.#owner.address(this.#attempt % 4 === 3);
    } catch {
      if (this.#timer === turn) this.#lost();
      return;
    }
    if (this.#timer !== turn) return; // closed, or overtaken by another attempt, meanwhile
    try {
      this.#listen(new WebSocket(address, 'chat.v1'));
    } catch {
      this.#lost(); // a page on https may not open ws://
    }
  }

  #listen(socket: WebSocket): void {
    this.#socket = socket;
    socket.onopen = () => {
      this.#openedAt = this.#heardAt = Date.now();
      clearTimeout(this.#timer);
      this.#watch();
      this.#expectAnswer(ANSWER_MS);
      socket.send(encode(this.#owner.greeting()));
      this.#owner.status('open', 0);
    };
    socket.onmessage = (event) => {
      this.#heardAt = Date.now();
      clearTimeout(this.#deadline);
      this.#deadline = 0;
      if (typeof event.data === 'string') this.#owner.heard(parse(event.data));
    };
    socket.onclose = () => this.#lost();
  }

  /** Browsers hide pings, so silence is broken by a question of ours. */
  #watch(): void {
    this.#timer = window.setTimeout(() => {
      if (Date.now() - this.#heardAt >= IDLE_MS - 1000) this.#ask(ANSWER_MS);
      this.#watch();
    }, IDLE_MS);
  }

  #ask(within: number): void {
    const frame = this.#owner.probe();
    if (frame) this.send(frame);
    this.#expectAnswer(within);
  }

  #expectAnswer(within: number): void {
    this.#deadline ||= window.setTimeout(() => this.#lost(), within);
  }

  #lost(): void {
    const steady = this.#openedAt > 0 && Date.now() - this.#openedAt > STEADY_MS;
    this.#drop();
    if (steady) this.#attempt = 0;
    const wait = this.#retryAfter + backoff(this.#attempt++, Math.random());
    this.#retryAfter = 0;
    this.#timer = window.setTimeout(() => void this.#connect(), wait);
    this.#owner.status('waiting', Date.now() + wait);
  }

  #drop(): void {
    clearTimeout(this.#timer);
    clearTimeout(this.#deadline);
    this.#timer = this.#deadline = this.#openedAt = 0;
    const socket = this.#socket;
    this.#socket = null;
    if (!socket) return;
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close();
  }
}
