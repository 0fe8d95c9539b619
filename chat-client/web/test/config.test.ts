import { expect, test } from 'vitest';
import { serviceAddress } from '../src/config';

const http = new URL('http://desk.example:8000/#/chat/ada');
const https = new URL('https://desk.example/help/');

test.each([
  [{ url: 'ws://chat.example:9/chat', ip: '10.1.1.1', port: 1 }, http, 'ws://chat.example:9/chat'],
  [{ url: 'wss://chat.example/socket', ip: null, port: 0 }, http, 'wss://chat.example/socket'],
  [{ url: 'http://chat.example:8080', ip: null, port: 1 }, http, 'ws://chat.example:8080/chat'],
  [{ url: 'https://chat.example/', ip: null, port: 1 }, https, 'wss://chat.example/chat'],
  [{ url: 'https://chat.example/desk/chat?x=1#y', ip: null, port: 1 }, https, 'wss://chat.example/desk/chat?x=1'],
  [{ url: null, ip: null, port: 8080, version: '1' }, http, 'ws://desk.example:8080/chat'],
  [{ url: '', ip: '', port: 8080 }, https, 'wss://desk.example:8080/chat'],
  [{ url: null, ip: '192.0.2.7', port: 8080 }, http, 'ws://192.0.2.7:8080/chat'],
  [{ url: null, ip: '2001:db8::7', port: 8080 }, http, 'ws://[2001:db8::7]:8080/chat'],
])('%j on %s is %s', (config, page, address) => {
  expect(serviceAddress(config, page)).toBe(address);
});

test.each([
  [null, 'not an object'],
  [{ url: null, ip: null, port: 0 }, 'port is 0'],
  [{ url: null, ip: null, port: '8080' }, 'port is "8080"'],
  [{ url: 'ftp://chat.example', port: 1 }, 'ftp://chat.example'],
])('%j is refused, naming what is wrong', (config, words) => {
  expect(() => serviceAddress(config, http)).toThrow(words);
});
