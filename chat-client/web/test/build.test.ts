import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { build } from 'vite';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';

const FIRST_LOAD = 40 * 1024;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'frontdesk-web-'));
  vi.stubEnv('NODE_ENV', 'production'); // else the elements would say where in the source they are
  await build({ build: { outDir: folder, emptyOutDir: true }, logLevel: 'warn' });
}, 120_000);
afterAll(() => rm(folder, { recursive: true }));

const files = async (): Promise<string[]> => {
  const all = await readdir(folder, { recursive: true, withFileTypes: true } as const);
  return all.filter((f) => f.isFile()).map((f) => join(f.parentPath ?? f.path, f.name));
};

// Browsers take brotli over https only, so gzip counts too.
test.each(['br', 'gz'])('the first load is at most 40 KB of compressed script (%s)', async (coding) => {
  const scripts = (await files()).filter((file) => file.endsWith(`.js.${coding}`));
  const sizes = await Promise.all(scripts.map(async (file) => (await stat(file)).size));
  expect(scripts.length).toBeGreaterThan(0);
  expect(sizes.reduce((sum, size) => sum + size)).toBeLessThanOrEqual(FIRST_LOAD);
});

test('every file has compressed ones beside it that hold the same', async () => {
  const plain = (await files()).filter((file) => !/\.(br|gz)$/.test(file));
  expect(plain.some((file) => file.endsWith('index.html'))).toBe(true);
  for (const file of plain) {
    const bytes = await readFile(file);
    expect(brotliDecompressSync(await readFile(`${file}.br`)).equals(bytes), file).toBe(true);
    expect(gunzipSync(await readFile(`${file}.gz`)).equals(bytes), file).toBe(true);
  }
});

test('the page has no inline script or style, and all it names is hashed', async () => {
  const page = await readFile(join(folder, 'index.html'), 'utf8');
  expect(page).not.toMatch(/<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)/i);
  const named = [...page.matchAll(/(?:src|href)="([^"]+)"/g)].map((match) => match[1]);
  expect(named.length).toBeGreaterThanOrEqual(3);
  for (const name of named) expect(name).toMatch(/^\.\/assets\/[\w-]+-[\w-]{8}\.\w+$/);
});
