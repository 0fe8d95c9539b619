import { defineConfig } from 'vitest/config';
import { precompress } from './precompress';

export default defineConfig({
  base: './', // the page may live in any folder of a site
  build: {
    target: 'es2022',
    minify: 'terser', // a thousand bytes less on the wire than the default
    assetsInlineLimit: 0, // the content security policy allows no inline anything
    terserOptions: { module: true, compress: { passes: 2 } },
    modulePreload: false,
    reportCompressedSize: false,
  },
  plugins: [precompress()],
  esbuild: { jsx: 'automatic', jsxImportSource: 'preact', legalComments: 'none' },
  // `npm run dev` shows the page with the chat-client that ./start runs.
  server: { proxy: { '/config.json': 'http://127.0.0.1:8000' } },
  test: { include: ['test/*.test.ts'] },
});
