/* outbox.ts: what was written and is not acknowledged yet.
 *
 * Purpose   keeps each message under the id it was born with, across reloads, lost connections and closed tabs.
 *           The service stores an id once, so sending again is always safe; here we see to it that it is rare:
 *           a tab sends what is its own, and takes over what a closed tab left behind.
 * Errors    a full or forbidden storage costs the safety across a reload, nothing else.
 */

export interface Entry {
  readonly id: string;
  readonly kind: 'send' | 'escalate';
  readonly text: string;
  readonly at: number;
  readonly failed: boolean;
}

interface Stored extends Entry {
  readonly tab: string;
}

const CAPACITY = 200;
const TEXT_BUDGET = 2_000_000;

/** Unlike crypto.randomUUID this also works on a page served over plain http. */
export const newId = (): string =>
  Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');

export class Outbox {
  #storage: Storage | null;
  #prefix: string;
  #tab: string;
  #entries: Entry[] = [];

  constructor(storage: Storage | null, key: string, tab: string) {
    this.#storage = storage;
    this.#prefix = `frontdesk:outbox:${key}:`;
    this.#tab = tab;
    this.#entries = this.#stored().filter((stored) => stored.tab === tab).map(({ tab: _, ...entry }) => entry);
  }

  /** One's own, oldest first. */
  get entries(): readonly Entry[] {
    return this.#entries;
  }

  has(id: string): boolean {
    return this.#entries.some((entry) => entry.id === id);
  }

  /** The next to send. */
  get head(): Entry | undefined {
    return this.#entries.find((entry) => !entry.failed);
  }

  /** Refused when too much waits already. */
  add(kind: Entry['kind'], text: string, at: number): Entry | null {
    const held = this.#entries.reduce((sum, entry) => sum + entry.text.length, text.length);
    if (this.#entries.length >= CAPACITY || held > TEXT_BUDGET) return null;
    const entry: Entry = { id: newId(), kind, text, at: Math.max(at, (this.#entries.at(-1)?.at ?? 0) + 1), failed: false };
    this.#put(entry);
    return entry;
  }

  fail(id: string): void {
    const entry = this.#entries.find((e) => e.id === id);
    if (entry) this.#put({ ...entry, failed: true });
  }

  /** Sends it again, after what was written since; the id stays. */
  retry(id: string, at: number): void {
    const entry = this.#entries.find((e) => e.id === id);
    if (entry) this.#put({ ...entry, failed: false, at: Math.max(at, (this.#entries.at(-1)?.at ?? 0) + 1) });
  }

  remove(id: string): void {
    this.#entries = this.#entries.filter((entry) => entry.id !== id);
    this.#attempt((storage) => storage.removeItem(this.#prefix + id));
  }

  /** Takes over what tabs left behind that are not `alive`. */
  async adopt(alive: (tab: string) => Promise<boolean>): Promise<void> {
    for (const { tab, ...entry } of this.#stored()) {
      if (!this.has(entry.id) && !(await alive(tab))) this.#put(entry);
    }
  }

  #put(entry: Entry): void {
    this.#entries = [...this.#entries.filter((e) => e.id !== entry.id), entry].sort((a, b) => a.at - b.at);
    const stored: Stored = { ...entry, tab: this.#tab };
    this.#attempt((storage) => storage.setItem(this.#prefix + entry.id, JSON.stringify(stored)));
  }

  #stored(): Stored[] {
    const found: Stored[] = [];
    this.#attempt((storage) => {
      for (let i = 0; i < storage.length; i++) {
        const key = storage.key(i);
        const entry = key?.startsWith(this.#prefix) ? asStored(storage.getItem(key)) : null;
        if (entry && key === this.#prefix + entry.id) found.push(entry);
      }
    });
    return found.sort((a, b) => a.at - b.at);
  }

  #attempt(action: (storage: Storage) => void): void {
    try {
      if (this.#storage) action(this.#storage);
    } catch {
      // The entry lives on in memory.
    }
  }
}

function asStored(text: string | null): Stored | null {
  try {
    const e = JSON.parse(text ?? '') as Partial<Stored> | null;
    const good =
      typeof e?.id === 'string' && e.id !== '' && typeof e.text === 'string' && typeof e.tab === 'string' &&
      Number.isFinite(e.at) && typeof e.failed === 'boolean' && (e.kind === 'send' || e.kind === 'escalate');
    return good ? (e as Stored) : null;
  } catch {
    return null;
  }
}
