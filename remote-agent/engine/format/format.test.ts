// Output formats: each row a format and the line, or what is wrong with it.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { Scene } from '../fields/fieldsSupport.test.ts';
import { DEFAULT_OPTIONS } from '../fields/index.ts';
import { compileFormat } from './index.ts';
import { COLOURED, CONTAINERS, PLAIN } from './lines.ts';

function line(format: string, json = false): string | undefined {
  const compiled = compileFormat(format, { ...DEFAULT_OPTIONS, zoneSeconds: 0 });
  assert.ok(compiled.ok, compiled.ok ? '' : compiled.message);
  return (json ? compiled.printJson : compiled.print)(new Scene().read(3));
}

describe('lines', () => {
  for (const [format, wanted] of [
    ['', ''], ['text only', 'text only'], ['%proc.name', 'server'], ['%evt.num %proc.name', '1 server'], ['%evt.numabc', '1abc'], ['%evt.arg.res!', '5!'], ['%evt.arg[0]', '5'], ['%proc.aname[1]-', 'bash-'], ['%10proc.name|', 'server    |'], ['%3proc.name|', 'ser|'], ['%fd.sip', undefined], ['x %fd.sip', undefined],
    ['*%fd.sip', '<NA>'], ['*%6fd.sip|', '<NA>  |'], ['*', ''], ['a\\tb\\nc\\\\d\\e[0m\\q', 'a\tb\nc\\d\x1b[0m\\q'], ['%proc.name%proc.pid', 'server200'], ['**%proc.name', '*server'],
    [PLAIN, '1 22:13:21.500000000 1 server (200) < read res=5 data=hello fd=3(<f>/srv/www/index.html) size=100 '],
    [CONTAINERS, '1 22:13:21.500000000 1 web (0123456789ab) server (200:7) < read res=5 data=hello fd=3(<f>/srv/www/index.html) size=100 '],
    [COLOURED, '1 22:13:21.500000000 1 \x1b[01;32mserver\x1b[00m (\x1b[01;36m200\x1b[00m.200) < \x1b[01;34mread\x1b[00m res=5 data=hello fd=3(<f>/srv/www/index.html) size=100 '],
  ] as const) test(JSON.stringify(format), () => { assert.equal(line(format), wanted); });
});

describe('JSON', () => {
  for (const [format, wanted] of [
    ['*%proc.name %evt.num', '{"evt.num":1,"proc.name":"server"}'], ['*%fd.sip %evt.failed', '{"evt.failed":false,"fd.sip":null}'], ['%fd.sip', undefined], ['%evt.time %evt.latency', '{"evt.latency":1000,"evt.time":1700000001500000000}'], ['%evt.arg.res', '{"evt.arg.res":"5"}'], ['%fd.dev', '{"fd.dev":"FE00"}'],
    ['%evt.num %evt.num', '{"evt.num":1}'], ['%20proc.name', '{"proc.name":"server"}'], ['%proc.cmdline', '{"proc.cmdline":"server --port 80"}'],
  ] as const) test(format, () => { assert.equal(line(format, true), wanted); });
});

describe('wrong formats', () => {
  for (const [format, at, message] of [
    ['%', 0, /cannot end with a %/], ['%5', 0, /cannot end with a number/], ['a %%', 2, /invalid formatting token/], ['%foo', 0, /invalid formatting token foo/], ['%evt', 0, /invalid formatting token/], ['%fd.ip', 0, /filter only/], ['%evt.around[1]', 0, /filter only/], ['%evt.arg', 0, /invalid formatting token/], ['%proc.aname', 0, /needs an index/],
  ] as const) test(format, () => {
    const compiled = compileFormat(format);
    assert.ok(!compiled.ok);
    assert.match(compiled.message, message);
    assert.equal(compiled.at, at);
  });
});

test('nothing that is watched can steer a terminal', () => {
  const name = compileFormat('\\e[1m%proc.name', { ...DEFAULT_OPTIONS, terminal: true });
  assert.ok(name.ok);
  const scene = new Scene();
  scene.state.addThread({ tid: 300, pid: 300, ptid: 1, comm: 'a\x1b]0;b\x07\x9b2J', exe: 'a', args: [], uid: 0, gid: 0 });
  assert.equal(name.print(scene.event('SYSCALL_READ_X', { res: 0, fd: 3 }, { tid: 300 })), '\x1b[1ma.]0;b..2J');
  scene.state.addThread({ tid: 301, pid: 301, ptid: 1, comm: 'a\n9 b\r\tc', exe: 'a', args: [], uid: 0, gid: 0 });
  const event = scene.event('SYSCALL_READ_X', { res: 0, fd: 3 }, { tid: 301 });
  assert.equal(name.print(event), '\x1b[1ma.9 b.\tc', 'no line of its own making');
});

test('no text throws', () => {
  const scene = new Scene();
  fc.assert(fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.array(fc.constantFrom('%', '*', '\\', 'n', '9', '99999999999', 'evt.arg', '[', ']', '.', 'proc.name', 'fd.ip', ' '), { maxLength: 12 }).map((p) => p.join(''))), (text) => {
    const compiled = compileFormat(text);
    if (compiled.ok) { const ctx = scene.read(3); compiled.print(ctx); compiled.printJson(ctx); }
  }), { numRuns: 1000 });
});
