// Tests of the kinds that pictures colour events by.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SYSCALLS, SYSCALL_BY_NAME } from '../../../driver/schema/index.ts';
import { encodeEvent, type ParamValue } from './encode.ts';
import { EventView } from './eventView.ts';
import { EVENT_KINDS, callKind, eventKind } from './kind.ts';

function kindOf(symbol: string, params: Readonly<Record<string, ParamValue>>): string | undefined {
  const bytes = encodeEvent(symbol, { ts: 1n, tid: 1, params });
  const view = new EventView();
  assert.ok(view.reset(bytes, new DataView(bytes.buffer), 0, 0, 0xffff, bytes.length));
  return EVENT_KINDS[eventKind(view, undefined)];
}
const generic = (name: string): string | undefined => kindOf('GENERIC_X', { ID: SYSCALL_BY_NAME.get(name)?.code ?? -1, nativeID: 0 });

test('a call without an event of its own is what the call is, each for itself', () => {
  // Twice over: the second time out of memory.
  for (let i = 0; i < 2; i++) {
    assert.deepEqual(['rt_sigtimedwait', 'wait4', 'rt_sigaction', 'clock_nanosleep', 'epoll_pwait'].map(generic), ['wait', 'wait', 'signal', 'wait', 'wait']);
    assert.equal(kindOf('SYSCALL_FUTEX_X', { res: 0 }), 'wait');
    assert.equal(kindOf('SYSCALL_OPENAT_2_X', { fd: 3 }), 'file');
  }
});

test('a call under way is of the kind that it has when it returns', () => {
  for (const call of SYSCALLS) assert.equal(EVENT_KINDS[callKind(call.name, call.category, undefined)], generic(call.name), call.name);
});
