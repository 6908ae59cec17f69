/** Run the unit tests: bundled one by one, as decorators have to be compiled, and run by Node's own runner. */
import { build } from 'esbuild';
import { spawnSync } from 'node:child_process';
import { globSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { FRONTEND, ROOT } from './bundle.ts';

const BUILT = join(ROOT, '.dev/frontend-tests');

const named = process.argv.slice(2).map((file) => resolve(file));
const tests =
  named.length > 0 ? named : globSync('tests/**/*.test.ts', { cwd: FRONTEND }).map((file) => join(FRONTEND, file));
await rm(BUILT, { recursive: true, force: true });
await build({
  entryPoints: tests,
  absWorkingDir: FRONTEND,
  outdir: BUILT,
  outbase: FRONTEND,
  outExtension: { '.js': '.mjs' },
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node24',
  // A real package, with files of its own that it reads.
  external: ['happy-dom'],
  sourcemap: 'inline',
  logLevel: 'warning',
});
const result = spawnSync(
  process.execPath,
  ['--test', '--enable-source-maps', '--test-reporter=spec', `${BUILT}/**/*.mjs`],
  { cwd: FRONTEND, stdio: 'inherit', env: { ...process.env, TZ: 'Europe/Berlin' } },
);
process.exitCode = result.status ?? 1;
