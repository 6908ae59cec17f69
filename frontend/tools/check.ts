/** Check types, style and format, and that the committed file is the build of its source and small enough. */
import { spawnSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { FRONTEND, TARGET, TARGET_NAME, bundled } from './bundle.ts';

const MOST_BYTES = 100_000; // gzipped

const fix = process.argv.includes('--fix');
const failed: string[] = [];

for (const project of ['.', 'tools', 'tests']) run('tsc', 'typescript/bin/tsc', '-p', project);
run('eslint', 'eslint/bin/eslint.js', '--max-warnings', '0', ...(fix ? ['--fix'] : []), '.');
run('prettier', 'prettier/bin/prettier.cjs', fix ? '--write' : '--check', '--log-level', 'warn', '.');
if (fix) await import('./build.ts');
await checkBuild();
await checkLock();

if (failed.length > 0) {
  console.error(`frontend: ${failed.join(', ')} failed`);
  process.exitCode = 1;
}

function run(name: string, program: string, ...args: string[]): void {
  const { status } = spawnSync(process.execPath, [join('node_modules', program), ...args], {
    cwd: FRONTEND,
    stdio: 'inherit',
  });
  if (status !== 0) failed.push(name);
}

async function checkBuild(): Promise<void> {
  const committed = await readFile(TARGET).catch(() => null);
  if (!committed?.equals(await bundled())) {
    failed.push('build');
    console.error(`${TARGET_NAME} is not the build of frontend/src: scripts/frontend build`);
  } else if (gzipSync(committed).length > MOST_BYTES) {
    failed.push('size');
    console.error(`${TARGET_NAME} has more than ${MOST_BYTES} bytes gzipped`);
  }
}

/** A host of a registry in the lock file would be asked by whoever installs from it. */
async function checkLock(): Promise<void> {
  const lock = await readFile(join(FRONTEND, 'package-lock.json'), 'utf8');
  if (lock.includes('"resolved"')) {
    failed.push('package-lock.json');
    console.error('package-lock.json names the host of a registry; frontend/.npmrc would have left it out');
  }
}
