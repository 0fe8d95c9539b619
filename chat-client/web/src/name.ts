/* name.ts: the visitor's name, in the address and as a key. */

/** What is kept for a name is kept under this; the service decides in earnest which names are one. */
export const nameKey = (name: string): string => name.trim().normalize('NFKC').toLowerCase();

const PATH = '#/chat/';

export const toHash = (name: string): string => PATH + encodeURIComponent(name);

/** The name in a location's hash; '' when there is none that can be read. */
export function fromHash(hash: string): string {
  if (!hash.startsWith(PATH)) return '';
  try {
    return decodeURIComponent(hash.slice(PATH.length)).trim();
  } catch {
    return '';
  }
}
