/* memory.ts: what the browser keeps for us.
 *
 * Purpose   small facts that survive a reload. `shared` is one for all tabs, `own` belongs to this tab.
 * Errors    a browser may forbid or have filled its storage; then nothing is kept, and nothing fails.
 */
import { nameKey } from './name';

const open = (which: 'localStorage' | 'sessionStorage'): Storage | null => {
  try {
    return window[which];
  } catch {
    return null;
  }
};

export const shared = open('localStorage');
const own = open('sessionStorage');

function recall(storage: Storage | null, key: string): string {
  try {
    return storage?.getItem(`frontdesk:${key}`) ?? '';
  } catch {
    return '';
  }
}

function keep(storage: Storage | null, key: string, value: string): void {
  try {
    if (value) storage?.setItem(`frontdesk:${key}`, value);
    else storage?.removeItem(`frontdesk:${key}`);
  } catch {
    // Not kept, then.
  }
}

export const lastName = { get: () => recall(shared, 'name'), set: (name: string) => keep(shared, 'name', name) };

export const token = {
  of: (name: string) => recall(shared, `token:${nameKey(name)}`),
  set: (name: string, value: string) => keep(shared, `token:${nameKey(name)}`, value),
};

export const draft = {
  of: (name: string) => recall(own, `draft:${nameKey(name)}`),
  set: (name: string, text: string) => keep(own, `draft:${nameKey(name)}`, text),
};

export const tabId = { get: () => recall(own, 'tab'), set: (id: string) => keep(own, 'tab', id) };

/** What another site signed for this tab; without storage it lasts until the page is left. */
let atHand = recall(own, 'jwt');
export const signed = {
  get: () => atHand,
  set: (token: string) => keep(own, 'jwt', (atHand = token)),
};
