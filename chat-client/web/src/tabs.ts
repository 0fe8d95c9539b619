/* tabs.ts: which tab this is, and which others live.
 *
 * Purpose   a tab has an id that survives a reload, and proves that it lives by holding a lock of that name.
 * Errors    without locks (a page on plain http has none) all other tabs count as gone. That is safe: a message
 *           that two tabs send is stored once.
 */
import { tabId } from './memory';
import { newId } from './outbox';

const lockOf = (tab: string): string => `frontdesk:tab:${tab}`;

/** This tab's id. A duplicated tab inherits its storage, so an id that is taken is not used again. */
export async function claimTab(): Promise<string> {
  const remembered = tabId.get();
  if (remembered && (await hold(remembered))) return remembered;
  const id = newId();
  tabId.set(id);
  await hold(id);
  return id;
}

export async function isAlive(tab: string): Promise<boolean> {
  const held = (await navigator.locks?.query())?.held ?? [];
  return held.some((lock) => lock.name === lockOf(tab));
}

/** Holds the lock for as long as the page lives; false when another tab has it. */
function hold(tab: string): Promise<boolean> {
  if (!navigator.locks) return Promise.resolve(true);
  return new Promise((resolve) => {
    void navigator.locks
      .request(lockOf(tab), { ifAvailable: true }, (lock) => {
        resolve(lock !== null);
        return lock ? new Promise(() => {}) : undefined;
      })
      .catch(() => resolve(true));
  });
}
