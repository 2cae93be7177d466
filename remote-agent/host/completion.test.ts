// Completions, asked for as the shells do: bash for certain, zsh and fish where they are installed.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { HOST_KINDS } from '../../driver/schema/index.ts';
import { completionScript, SHELLS, SUBCOMMANDS } from './completion.ts';
import { OPTIONS } from './options.ts';

const MAIN = fileURLToPath(new URL('./main.ts', import.meta.url));
const installed = (shell: string): boolean => spawnSync(shell, ['-c', 'true']).status === 0;
let folder = '';

before(() => {
  folder = mkdtempSync(join(tmpdir(), 'porthole-completion-'));
  // The command as the scripts call it, by name.
  writeFileSync(join(folder, 'porthole'), `#!/bin/sh\nexec '${process.execPath}' --import '${import.meta.resolve('tsx')}' '${MAIN}' "$@"\n`, { mode: 0o755 });
  for (const shell of SHELLS) writeFileSync(join(folder, `porthole.${shell}`), completionScript(shell));
  writeFileSync(join(folder, 'a capture.scap'), '');
});
after(() => { rmSync(folder, { recursive: true, force: true }); });

function ask(shell: string, script: string): string {
  const made = spawnSync(shell, shell === 'bash' ? ['--norc', '-c', script] : shell === 'zsh' ? ['-f', '-c', script] : ['--no-config', '-c', script], { encoding: 'utf8', cwd: folder, timeout: 60_000, env: { ...process.env, PATH: `${folder}:${process.env['PATH'] ?? ''}`, HOME: folder } });
  assert.equal(made.status, 0, made.stderr);
  return made.stdout;
}

/** What bash offers behind this line: its words as bash itself cuts them. */
function bash(line: string): string[] {
  const out = ask('bash', `source porthole.bash; COMP_LINE=$1; COMP_POINT=\${#COMP_LINE}; read -ra COMP_WORDS <<< "$COMP_LINE"; [[ $COMP_LINE == *' ' ]] && COMP_WORDS+=(''); COMP_CWORD=$((\${#COMP_WORDS[@]} - 1)); COMP_WORDBREAKS=' '; _porthole; printf '%s\\n' "\${COMPREPLY[@]}"`.replace('$1', `'${line.replaceAll("'", "'\\''")}'`));
  return out.split('\n').filter((word) => word !== '');
}

describe('bash', { skip: installed('bash') ? false : 'bash is not installed' }, () => {
  test('options', () => {
    assert.deepEqual(bash('porthole --read'), ['--readfile']);
    assert.deepEqual(bash('porthole --print-hex'), ['--print-hex', '--print-hex-ascii']);
    const all = bash('porthole -');
    for (const o of OPTIONS.filter((one) => one.group !== 'foreign')) assert.ok(all.includes(o.long === '' ? `-${o.short}` : `--${o.long}`), o.long);
  });
  test('arguments of options', () => {
    assert.deepEqual(bash('porthole -t '), ['h', 'a', 'r', 'd', 'D']);
    assert.deepEqual(bash('porthole -r a'), ['a capture.scap']);
    assert.deepEqual(bash('porthole -n '), []);
    assert.ok(bash('porthole -c top').includes('topfiles_bytes'));
    assert.deepEqual(bash('porthole completion '), [...SHELLS]);
  });
  test('fields behind % in a format, and in a filter', () => {
    assert.ok(bash('porthole -p %proc.na').includes('%proc.name'));
    assert.ok(bash('porthole -p "%evt.num').includes('"%evt.num'));
    assert.ok(bash('porthole -p %evt.num:%fd.nam').includes('%evt.num:%fd.name'));
    assert.ok(!bash('porthole -p %evt.is_o').includes('%evt.around'));
    assert.ok(bash('porthole -r f proc.na').includes('proc.name'));
    assert.ok(bash('porthole -r f (proc.na').includes('(proc.name'));
    assert.ok(bash('porthole evt.num=1 an').includes('and'));
    assert.deepEqual(bash('porthole proc.name con'), ['contains']);
    assert.ok(bash('porthole do').includes('doctor'));
  });
  test('options of other first words', () => {
    assert.deepEqual(bash('porthole doctor --'), ['--no-load', '--json', '--help']);
    assert.deepEqual(bash('porthole rings -'), ['-j', '--json', '-h', '--help']);
    assert.deepEqual(bash('porthole counters --only '), ['calls', ...HOST_KINDS]);
    assert.deepEqual(bash('porthole counters --only cpu,di'), ['cpu,disk']);
    assert.deepEqual(bash('porthole inflight --lo'), ['--longer']);
    assert.deepEqual(bash('porthole inflight --longer '), []);
    assert.deepEqual(bash('porthole inflight -r a'), ['a capture.scap']);
    assert.ok(bash('porthole inflight -j proc.na').includes('proc.name'));
    assert.ok(!bash('porthole doctor ').includes('proc.name'));
  });
  test('every option that is offered is one that the command takes, and the other way round', async () => {
    for (const { word, options } of SUBCOMMANDS) {
      const file = word === 'doctor' ? 'doctor.ts' : `${word}Cli.ts`, source = await readFile(new URL(file, import.meta.url), 'utf8');
      const taken = word === 'doctor' ? ['json', 'help', ...[...source.matchAll(/'--(no-[a-z]+)'/g)].map((found) => found[1] ?? '')] : [...(/options: \{(.*)\} \}\)/.exec(source)?.[1] ?? '').matchAll(/(\w+): \{ type/g)].map((found) => found[1] ?? '');
      assert.deepEqual(options.flatMap((o) => o.names.filter((name) => name.startsWith('--')).map((name) => name.slice(2))).sort(), [...new Set(taken)].sort(), word);
    }
  });
});

describe('zsh', { skip: installed('zsh') ? false : 'zsh is not installed (apt-get install zsh)' }, () => {
  test('the script is read, and completes options', () => {
    ask('zsh', 'autoload -Uz compinit && compinit -D; source ./porthole.zsh; (( $+functions[_porthole] )) && [[ ${_comps[porthole]} == _porthole ]]');
    for (const word of ['inflight', 'counters', 'rings', 'doctor']) assert.match(completionScript('zsh'), new RegExp(`^    ${word}\\) \\(\\( CURRENT > 2`, 'm'));
  });
});

describe('fish', { skip: installed('fish') ? false : 'fish is not installed (apt-get install fish)' }, () => {
  const fish = (line: string): string[] => ask('fish', `source porthole.fish; complete -C '${line}'`).split('\n').map((word) => word.split('\t')[0] ?? '').filter((word) => word !== '');
  test('options and fields', () => {
    assert.ok(fish('porthole --read').includes('--readfile'));
    assert.deepEqual(fish('porthole -t ').sort(), ['D', 'a', 'd', 'h', 'r']);
    assert.ok(fish('porthole -p %proc.na').includes('%proc.name'));
    assert.ok(fish('porthole proc.na').includes('proc.name'));
    assert.ok(fish('porthole doctor --').includes('--no-load') && !fish('porthole doctor --').includes('--readfile'));
    assert.ok(fish('porthole inflight --l').includes('--longer'));
    assert.ok(fish('porthole counters --only cpu,').includes('cpu,disk'));
  });
});

test('wrong words of completion', () => {
  const made = spawnSync(process.execPath, ['--import', import.meta.resolve('tsx'), MAIN, 'completion', 'tcsh'], { encoding: 'utf8' });
  assert.deepEqual([made.status, made.stdout], [1, '']);
  assert.match(made.stderr, /bash\|zsh\|fish/);
});
