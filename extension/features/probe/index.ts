// What is asked of the probe of a live host: what is left out under overload, and which events are wanted ("capture profile").
import * as vscode from 'vscode';
import { GetLeftOut, GetTree, SetCaptureWish, SetOverload, type CaptureWish } from '../../../remote-agent/protocol/messages.ts';
import { UserError, errorText, oneLine, plainMessage } from '../../base/text.ts';
import type { Ctx } from '../../context.ts';
import type { CaptureSession } from '../../session/captureSession.ts';
import { ALL_EVENTS, callNames, leftOutItems, namesOf, parseLength, parseSnaplen, partsOf, wishText, type WishPart } from './wish.ts';

/** The live host that is meant: the one that was looked at last, else any. */
export function probedSession(ctx: Ctx): CaptureSession {
  const session = ctx.sessions.active?.live === true ? ctx.sessions.active : ctx.sessions.all.find(each => each.live);
  if (session === undefined) throw new UserError('No host is connected.', 'Connect to a host first.');
  if (session.status.asked === undefined) throw new UserError(`The agent on ${oneLine(session.title)} has no probe that could be asked.`, session.status.problems[0]?.remedy ?? 'Disconnect and connect again, so that the agent of this version is copied.');
  return session;
}

/** What the user asked for last; what was asked for before that, the last one last; names of containers that were offered, by id. */
interface Kept { wish?: CaptureWish; spare?: boolean; readonly former: CaptureWish[]; readonly names: Map<string, string> }

export function registerProbe(ctx: Ctx): void {
  ctx.command('porthole.overload', async () => {
    const session = probedSession(ctx), asked = session.status.asked;
    const narrowed = (asked?.leftOut.length ?? 0) > 0, spare = asked?.spare === true;
    type Item = vscode.QuickPickItem & { readonly change?: { readonly spare?: boolean; readonly widen?: boolean } };
    const items: Item[] = [
      ...(narrowed ? [{ label: '$(unfold) Ask for All Again Now', description: spare ? 'less is asked for again if the host still makes too much' : '', change: { widen: true } }] : []),
      spare ? { label: '$(circle-slash) Never Leave Anything Out', description: 'what cannot be taken in is lost then, and counted', change: { spare: false } } : { label: '$(shield) Leave Out Under Overload', description: 'the least asked for first, counted, until there is room again', change: { spare: true } },
    ];
    const left = leftOutItems(await session.request(GetLeftOut));
    items.push({ label: left.length === 0 ? 'Nothing was left out' : 'Left out since this connection began', kind: vscode.QuickPickItemKind.Separator }, ...left);
    const choice = await vscode.window.showQuickPick<Item>(items, { title: `Porthole: Overload of ${oneLine(session.title, 60)}`, placeHolder: narrowed ? `Left out now: ${asked?.leftOut.join('; ') ?? ''}` : spare ? 'Nothing is left out now' : 'Nothing is left out, whatever the host makes' });
    if (choice?.change === undefined) return;
    await session.request(SetOverload, choice.change);
    if (choice.change.spare !== undefined) keptOf(session).spare = choice.change.spare;
  });

  // What the user asked of each host: asked again of the agent that answers after the link was lost.
  const kept = new WeakMap<CaptureSession, Kept>();
  const keptOf = (session: CaptureSession): Kept => {
    let known = kept.get(session);
    if (known === undefined) {
      kept.set(session, known = { former: [], names: new Map() });
      ctx.subscriptions.push(session.onReset(() => { void again(session); }));
    }
    return known;
  };
  const again = async (session: CaptureSession): Promise<void> => {
    const { wish, spare } = keptOf(session);
    try {
      if (spare !== undefined) await session.request(SetOverload, { spare });
      if (wish !== undefined) await session.request(SetCaptureWish, wish);
      if (wish !== undefined && wishText(wish) !== '') ctx.log.info(`${oneLine(session.title)}: captured again as before: ${wishText(wish)}`);
    } catch (error) {
      // The link went again: the next one is asked, too.
      if (session.link.state !== 'connected') return;
      ctx.log.error(`${oneLine(session.title)}: capture profile: ${errorText(error)}`);
      void vscode.window.showWarningMessage(`Porthole: ${oneLine(session.title, 60)} captures everything again: the capture profile from before could not be asked for. ${plainMessage(errorText(error))}`);
    }
  };
  const wishNow = (session: CaptureSession): CaptureWish => session.status.asked?.wish ?? ALL_EVENTS;
  const named = (session: CaptureSession): ReadonlyMap<string, string> => new Map([...keptOf(session).names, ...session.status.asked === undefined ? [] : namesOf(session.status.asked)]);
  const ask = async (session: CaptureSession, wish: CaptureWish, before?: CaptureWish): Promise<void> => {
    await session.request(SetCaptureWish, wish);
    const known = keptOf(session);
    known.wish = wish;
    if (before !== undefined && JSON.stringify(before) !== JSON.stringify(wish)) known.former.push(before);
    vscode.window.setStatusBarMessage(`Captured now: ${wishText(wish, named(session)) || 'everything'}`, 4000);
  };
  ctx.command('porthole.captureProfile', async () => {
    const session = probedSession(ctx), before = wishNow(session);
    let wish = before;
    for (;;) {
      type Item = vscode.QuickPickItem & { readonly part?: WishPart; readonly action?: 'apply' | 'all' | 'undo' };
      const changed = JSON.stringify(wish) !== JSON.stringify(before), undo = keptOf(session).former.at(-1), names = named(session);
      const items: Item[] = [
        ...(changed ? [{ label: '$(check) Capture This from Now On', description: wishText(wish, names) || 'everything', action: 'apply' as const }] : []),
        ...partsOf(wish, names).map(({ part, label, value }): Item => ({ label, description: value, part })),
        { label: '', kind: vscode.QuickPickItemKind.Separator },
        ...(wishText(wish) === '' ? [] : [{ label: '$(clear-all) Everything', description: 'as at the start', action: 'all' as const }]),
        ...(undo === undefined || changed ? [] : [{ label: '$(discard) Back to the Profile Before', description: wishText(undo, names) || 'everything', action: 'undo' as const }]),
      ];
      const choice = await vscode.window.showQuickPick(items, { title: `Porthole: Capture Profile of ${oneLine(session.title, 60)}`, placeHolder: 'What the kernel hands out. What makes processes and descriptors known comes in any case.', ignoreFocusOut: true });
      if (choice === undefined) return;
      if (choice.action === 'undo') { await vscode.commands.executeCommand('porthole.captureProfileUndo'); return; }
      if (choice.action === 'all') { await ask(session, ALL_EVENTS, before); return; }
      if (choice.action === 'apply') { await ask(session, wish, before); return; }
      if (choice.part !== undefined) wish = await changedPart(session, wish, choice.part, keptOf(session).names) ?? wish;
    }
  });
  ctx.command('porthole.captureProfileUndo', async () => {
    const session = probedSession(ctx), wishes = keptOf(session).former, wish = wishes.at(-1);
    if (wish === undefined) throw new UserError('There is no capture profile before this one.', 'Choose one with "Porthole: Capture Profile…".');
    await ask(session, wish);
    wishes.pop();
  });
}

/** Asks for one part of a wish; undefined where nobody answered. `names`: of containers by id, to which those that are offered are added. */
async function changedPart(session: CaptureSession, wish: CaptureWish, part: WishPart, names: Map<string, string>): Promise<CaptureWish | undefined> {
  switch (part) {
    case 'failedOnly': case 'switches': case 'pageFaults': return { ...wish, [part]: !wish[part] };
    case 'containers': {
      const { containers } = await session.request(GetTree);
      for (const { id, name } of containers) names.set(id, name);
      const items = containers.filter(({ id }) => id !== '').map(({ id, name, image }) => ({ label: oneLine(name, 60), description: oneLine(image, 60), id, picked: wish.containers.includes(id) }));
      if (items.length === 0) throw new UserError(`There is no container on ${oneLine(session.title)}.`, 'Start one, then try again.');
      const chosen = await vscode.window.showQuickPick(items, { title: 'Porthole: Which containers?', placeHolder: 'None chosen: all, and the processes of the host', canPickMany: true, ignoreFocusOut: true });
      return chosen === undefined ? undefined : { ...wish, containers: chosen.map(({ id }) => id) };
    }
    case 'calls': {
      const chosen = await vscode.window.showQuickPick(callNames().map(({ name, kind }) => ({ label: name, description: kind, picked: wish.calls.includes(name) })), { title: 'Porthole: Which calls?', placeHolder: 'None chosen: all', canPickMany: true, matchOnDescription: true, ignoreFocusOut: true });
      return chosen === undefined ? undefined : { ...wish, calls: chosen.map(({ label }) => label) };
    }
    case 'slowerThanNs': {
      const text = await vscode.window.showInputBox({ title: 'Porthole: Calls longer than how many µs?', prompt: 'In microseconds; 0: all.', value: String(wish.slowerThanNs / 1000), ignoreFocusOut: true, validateInput: value => parseLength(value) === undefined ? 'A number of microseconds, at most an hour.' : undefined });
      const slowerThanNs = text === undefined ? undefined : parseLength(text);
      return slowerThanNs === undefined ? undefined : { ...wish, slowerThanNs };
    }
    case 'snaplen': {
      const text = await vscode.window.showInputBox({ title: 'Porthole: How many bytes of each buffer?', prompt: '0 to 4096; empty: as at the start.', value: wish.snaplen < 0 ? '' : String(wish.snaplen), ignoreFocusOut: true, validateInput: value => parseSnaplen(value) === undefined ? 'A number from 0 to 4096, or nothing.' : undefined });
      const snaplen = text === undefined ? undefined : parseSnaplen(text);
      return snaplen === undefined ? undefined : { ...wish, snaplen };
    }
  }
}
