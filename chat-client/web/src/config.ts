/* config.ts: where the chat service is, as the static server's /config.json says. */

/** The WebSocket address that a config.json means for a page at `page`; throws with a message a person can act on. */
export function serviceAddress(config: unknown, page: URL): string {
  if (typeof config !== 'object' || config === null) throw new Error('config.json is not an object');
  const { url, ip, port } = config as Record<string, unknown>;
  if (typeof url === 'string' && url !== '') return fromUrl(url);

  const host = typeof ip === 'string' && ip !== '' ? ip : page.hostname;
  const scheme = page.protocol === 'https:' ? 'wss' : 'ws';
  if (!Number.isInteger(port) || (port as number) < 1 || (port as number) > 65535) {
    throw new Error(`config.json: port is ${JSON.stringify(port)}, not a number from 1 to 65535`);
  }
  return new URL(`${scheme}://${bracketed(host)}:${port as number}/chat`).href;
}

function fromUrl(text: string): string {
  const url = new URL(text.replace(/^http(s?):/i, 'ws$1:'));
  if (url.protocol !== 'ws:' && url.protocol !== 'wss:') {
    throw new Error(`config.json: url is ${JSON.stringify(text)}, not a ws://, wss://, http:// or https:// address`);
  }
  if (url.pathname === '/') url.pathname = '/chat';
  url.hash = '';
  return url.href;
}

const bracketed = (host: string): string => (host.includes(':') && !host.startsWith('[') ? `[${host}]` : host);

export async function fetchServiceAddress(): Promise<string> {
  const response = await fetch('config.json', { cache: 'no-cache', signal: AbortSignal.timeout(8000) });
  if (!response.ok) throw new Error(`config.json: the server answered ${response.status}`);
  return serviceAddress(await response.json(), new URL(location.href));
}
