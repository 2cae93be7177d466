// npm test [-- unit|sysdig|kernel|identity|e2e]: installs what is missing, builds, checks types and generated files, and runs every test; what is skipped is counted and told.
import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { at, attempt, folder, main, ROOT, say, show, UserError } from './lib.mjs';
import { ensureDocker, dockerAnswers, releaseDocker } from './running.mjs';
import { setup, setupVscode } from './setup.mjs';

/**
 * Tests by what they need. The first group whose pattern matches a path has it. Tests of the kernel and of VS Code disturb each other: one file at a time.
 * `minutes` ends a group that hangs; it is several times what the group takes on a machine of two processors with other work to do.
 */
const GROUPS = [
  { name: 'e2e', pattern: /^tests\/e2e\//, concurrency: 1, minutes: 45 },
  // Beside the real sysdig, command line by command line; and damaged captures. Both run programs of their own side by side.
  { name: 'sysdig', pattern: /^tests\/(interop\/differential|fuzz)\//, concurrency: 1, minutes: 45 },
  { name: 'kernel', pattern: /^driver\/test\/|^remote-agent\/addon\/|^tests\/(life|kernel|faults|interop|soak)\/|\.kernel\.test\.ts$/, concurrency: 1, minutes: 30 },
  // Who is who, on real engines: one after the other, since each watches the whole host.
  { name: 'identity', pattern: /^tests\/identity\//, concurrency: 1, minutes: 15 },
  { name: 'unit', pattern: /./, concurrency: Math.max(2, availableParallelism()), minutes: 30 },
];

/** So many files of a group may fail once and pass when they are run again, and are told as unsteady; where more do, chance is no explanation and the group has failed. */
const UNSTEADY = 2;

/** Groups that need neither the kernel's probe nor containers. */
const WITHOUT_KERNEL = new Set(['unit', 'sysdig']);

await main(async () => {
  const only = process.argv[2] ?? process.env.PORTHOLE_TEST_ONLY;
  if (only && !GROUPS.some(({ name }) => name === only)) throw new UserError(`There is no group of tests ${only}; there are: ${GROUPS.map(({ name }) => name).join(' ')}`);
  // Imported after setup, which installs the npm packages that they need.
  setup('test');
  const groups = testsByGroup(only);
  const failures = [];
  let ownEngine = false;
  try {
    const { build } = await import('./build.mjs');
    await build({ sea: !WITHOUT_KERNEL.has(only) });
    if (!WITHOUT_KERNEL.has(only)) ownEngine = !dockerAnswers() && (await ensureDocker()) === undefined;
    if (!only) failures.push(...await checks());
    if (groups.has('e2e')) {
      setupVscode();
      const { packageExtension } = await import('./package.mjs');
      await packageExtension();
    }
    const results = [];
    for (const name of ['unit', 'sysdig', 'kernel', 'identity', 'e2e']) if (groups.has(name)) results.push(await runGroup(name, groups.get(name)));
    summarize(results, failures);
  } finally {
    if (dockerAnswers()) attempt('docker', ['image', 'rm', 'porthole-test-busybox']);
    if (ownEngine) await releaseDocker();
  }
});

/** Type check and generated files; returns what failed. */
async function checks() {
  const failed = [];
  say('types    tsc -b');
  if (await show(process.execPath, [at('node_modules/typescript/bin/tsc'), '-b']) !== 0) failed.push('type check');
  const { gen } = await import('./gen.mjs');
  try {
    await gen({ check: true });
  } catch (error) {
    console.error(error.message);
    failed.push('generated files');
  }
  return failed;
}

function testsByGroup(only) {
  const groups = new Map();
  for (const path of findTests(ROOT)) {
    const { name } = GROUPS.find(({ pattern }) => pattern.test(path));
    if (!only || only === name) groups.set(name, [...(groups.get(name) ?? []), path]);
  }
  return groups;
}

function findTests(dir) {
  return readdirSync(dir, { withFileTypes: true }).flatMap((entry) => {
    if (entry.name.startsWith('.') || ['node_modules', 'dist', 'build'].includes(entry.name)) return [];
    const path = join(dir, entry.name);
    if (entry.isDirectory()) return findTests(path);
    return entry.name.endsWith('.test.ts') ? [relative(ROOT, path)] : [];
  }).sort();
}

/**
 * Runs the files of a group and returns what the reporter counted. A group that hangs is ended, and has failed.
 * A file that fails is run once more by itself, since kernels, editors, browsers and engines are not ours alone to time.
 */
async function runGroup(name, files) {
  const { concurrency, minutes } = GROUPS.find((group) => group.name === name);
  say(`tests    ${name}: ${files.length} files`);
  const end = Date.now() + minutes * 60_000;
  const result = { name, passed: 0, failed: [], skipped: [], unsteady: [] };
  const take = ({ passed, failed, skipped }) => { result.passed += passed; result.failed.push(...failed); result.skipped.push(...skipped); };
  /** Runs a file once more where it has failed and chance may be the reason; undefined: it is not to be. */
  const again = async (file, failed) => {
    if (failed.length === 0 || result.unsteady.length >= UNSTEADY || Date.now() >= end) return undefined;
    const names = failed.map((test) => test.name);
    say(`again    ${file}: ${names.join('; ')}`);
    const second = await runFiles(name, [file], 1, end);
    if (second.failed.length === 0) result.unsteady.push({ file, names });
    return second;
  };
  if (concurrency === 1) {
    for (const file of files) { const first = await runFiles(name, [file], 1, end); take(await again(file, first.failed) ?? first); }
    return result;
  }
  const first = await runFiles(name, files, concurrency, end);
  take({ ...first, failed: [] });
  for (const file of new Set(first.failed.map((test) => test.file))) {
    const failed = first.failed.filter((test) => test.file === file), path = relative(ROOT, file);
    const second = files.includes(path) ? await again(path, failed) : undefined;
    if (second === undefined || second.failed.length > 0) result.failed.push(...second?.failed ?? failed); else result.passed += failed.length;
  }
  return result;
}

/** Runs files side by side in one runner, until `endMs` (as of Date.now) at the latest. */
async function runFiles(name, files, concurrency, endMs) {
  const report = at('.build/test-results', `${name}.json`);
  folder(dirname(report));
  rmSync(report, { force: true });
  const runner = spawn(process.execPath, [
    '--import', import.meta.resolve('tsx'), '--test', `--test-concurrency=${concurrency}`,
    '--test-reporter=spec', '--test-reporter-destination=stdout',
    `--test-reporter=${at('.scripts/reporter.mjs')}`, `--test-reporter-destination=${report}`, ...files,
  ], { cwd: ROOT, stdio: ['ignore', 'inherit', 'inherit'], detached: true });
  const end = (signal) => { try { process.kill(-runner.pid, signal); } catch { /* it has ended */ } };
  const interrupted = () => end('SIGINT');
  process.on('SIGINT', interrupted);
  let late = false;
  const clock = setTimeout(() => { late = true; end('SIGTERM'); setTimeout(() => end('SIGKILL'), 10_000).unref(); }, Math.max(1000, endMs - Date.now()));
  const code = await new Promise((done) => runner.once('exit', (status) => done(status ?? 1)));
  clearTimeout(clock);
  process.off('SIGINT', interrupted);
  const text = existsSync(report) ? readFileSync(report, 'utf8') : '';
  const result = text === '' ? { passed: 0, failed: [], skipped: [] } : JSON.parse(text);
  if (late) result.failed.push({ name: `${name}: not done in time, ended`, file: '' });
  else if (code !== 0 && result.failed.length === 0) result.failed.push({ name: `${name}: the test runner ended with ${code}`, file: '' });
  return result;
}

function summarize(results, checksFailed) {
  console.log('');
  const failed = [...checksFailed.map((name) => ({ name, file: '' })), ...results.flatMap((result) => result.failed)];
  const skipped = results.flatMap((result) => result.skipped);
  const passed = results.reduce((sum, result) => sum + result.passed, 0);
  const byReason = new Map();
  for (const { because } of skipped) byReason.set(because, (byReason.get(because) ?? 0) + 1);
  for (const [because, count] of byReason) console.log(`SKIPPED  ${count} ${count === 1 ? 'test' : 'tests'}: ${because}`);
  for (const { file, names } of results.flatMap((result) => result.unsteady)) console.log(`UNSTEADY ${names.join('; ')}: passed when ${file} was run again`);
  for (const { name, file } of failed) console.log(`FAILED   ${name}${file && file !== name ? `  (${relative(ROOT, file)})` : ''}`);
  say(failed.length === 0 ? 'all well' : 'not all is well');
  console.log(`${passed} passed, ${failed.length} failed, ${skipped.length} skipped`);
  if (failed.length > 0 || passed === 0) process.exitCode = 1;
}
