/* signed.ts: a name that another site vouches for, as a JSON Web Token in the link to this page.
 *
 * Purpose   takes the token out of the address, where it would be copied and remembered, and reads the name in it.
 *           Whether it is true is for the service to say.
 * Errors    what cannot be read names nobody.
 */
import { signed } from './memory';
import { toHash } from './name';

const MARK = '#jwt=';

export const tokenIn = (hash: string): string => (hash.startsWith(MARK) ? hash.slice(MARK.length) : '');

export function nameIn(token: string): string {
  try {
    const binary = atob((token.split('.')[1] ?? '').replace(/-/g, '+').replace(/_/g, '/'));
    const claims: unknown = JSON.parse(new TextDecoder().decode(Uint8Array.from(binary, (c) => c.charCodeAt(0))));
    const { sub } = claims as Record<string, unknown>;
    return typeof sub === 'string' ? sub.trim() : '';
  } catch {
    return '';
  }
}

/** Keeps the token that this tab came with; from then on the address has the name that is in it, and no other. */
export function settleAddress(): void {
  const token = tokenIn(location.hash) || signed.get();
  if (!token) return;
  const name = nameIn(token);
  signed.set(name && token);
  history.replaceState(null, '', toHash(name));
}
