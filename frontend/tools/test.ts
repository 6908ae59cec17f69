/** Run the unit tests: bundled one by one, as decorators have to be compiled, and run by Node's own runner. */
import { build, type PluginBuild } from 'esbuild';
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
  // What a browser gets: Lit has another build for Node.
  platform: 'neutral',
  mainFields: ['module', 'main'],
  conditions: ['browser'],
  target: 'node24',
  external: ['node:*'],
  plugins: [{ name: 'happy-dom', setup: asItIs }],
  sourcemap: 'inline',
  logLevel: 'warning',
});

/** Leave this package where it is: it has files that it reads, and the tests are run from another folder. */
function asItIs(build: PluginBuild): void {
  build.onResolve({ filter: /^happy-dom$/ }, () => ({ path: import.meta.resolve('happy-dom'), external: true }));
}

const result = spawnSync(
  process.execPath,
  ['--test', '--enable-source-maps', '--test-reporter=spec', `${BUILT}/**/*.mjs`],
  { cwd: FRONTEND, stdio: 'inherit', env: { ...process.env, TZ: 'Europe/Berlin' } },
);
process.exitCode = result.status ?? 1;
