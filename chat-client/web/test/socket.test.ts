import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { backoff, Line } from '../src/socket';

/** A browser's WebSocket, as far as a line uses it; what happens to it is the test's to say. */
class Socket {
  static readonly OPEN = 1;
  static made: Socket[] = [];
  readyState = 0;
  onopen = (): void => {};
  onmessage = (_: { data: string }): void => {};
  onclose = (): void => {};
  constructor() { Socket.made.push(this); }
  send(): void {}
  close(): void { this.readyState = 3; }
}

const count = (): number => Socket.made.length;
let line: Line;

beforeEach(async () => {
  vi.useFakeTimers();
  vi.stubGlobal('window', globalThis);
  vi.stubGlobal('WebSocket', Socket);
  Socket.made = [];
  line = new Line({
    address: () => Promise.resolve('ws://desk/chat'), greeting: () => [], probe: () => null, heard: () => {}, status: () => {},
  });
  await vi.advanceTimersByTimeAsync(0);
});

afterEach(() => {
  line.close();
  vi.useRealTimers();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

/** The newest connection is opened, and lives for so long. */
async function live(ms: number): Promise<void> {
  const socket = Socket.made.at(-1)!;
  socket.readyState = Socket.OPEN;
  socket.onopen();
  await vi.advanceTimersByTimeAsync(ms);
}

/** How long until it tries again. */
async function rest(): Promise<number> {
  const before = count(), begun = Date.now();
  while (count() === before) await vi.advanceTimersByTimeAsync(1);
  return Date.now() - begun;
}

test('waiting grows from under half a second to at most 20, and differs by chance', () => {
  expect(backoff(0, 0)).toBe(200);
  expect(backoff(0, 1)).toBe(400);
  for (let n = 0; n < 2000; n++) {
    expect(backoff(n, 0)).toBeGreaterThanOrEqual(200);
    expect(backoff(n, 1)).toBeLessThanOrEqual(20_000);
    expect(backoff(n + 1, 0)).toBeGreaterThanOrEqual(backoff(n, 0));
  }
});

test('what is lost again and again rests longer each time, until a connection lasts', async () => {
  vi.spyOn(Math, 'random').mockReturnValue(0);
  const rests = [];
  for (const lived of [100, 100, 100, 6_000]) {
    await live(lived);
    Socket.made.at(-1)!.onclose();
    rests.push(await rest());
  }
  expect(rests).toEqual([200, 400, 800, 200]);
});

test.each([0, 0.999])('replicas that go one after the other do not make anybody wait for longer: chance %d', async (chance) => {
  vi.spyOn(Math, 'random').mockReturnValue(chance);
  for (let i = 0; i < 10; i++) {
    await live(100);
    line.dismissed(1000);
    const rested = await rest();
    expect(rested).toBeGreaterThanOrEqual(1200);
    expect(rested).toBeLessThanOrEqual(1400);
  }
});
