// New Chisel: a form in a few steps, each of which can be gone back from; what was answered is kept meanwhile.
import * as vscode from 'vscode';
import { FIELDS } from '../../../remote-agent/engine/fields/index.ts';
import { diagnoseFilter } from '../../../remote-agent/engine/filter/index.ts';
import { CancelledError, UserError } from '../../base/text.ts';
import { CATEGORIES } from '../../language/chiselValues.ts';
import { userFolder } from './folders.ts';
import { chiselNameProblem, DEFAULT_CHISEL, KINDS, newChiselText, parseArguments, type NewChisel } from './template.ts';

interface Answers { name: string; chisel: NewChisel; args: string; folder: vscode.Uri | undefined }
type Outcome = 'next' | 'back';
interface Step { readonly title: string; ask(answers: Answers, place: { readonly title: string; readonly step: number; readonly totalSteps: number }): Promise<Outcome> }

interface Place { readonly title: string; readonly step: number; readonly totalSteps: number }
interface TextQuestion { readonly value: string; readonly prompt: string; readonly placeholder?: string; problem(text: string): string | undefined }

/** A line of text; `back` where somebody goes back. */
function askText(place: Place, question: TextQuestion): Promise<string | { readonly back: true }> {
  return new Promise((resolve, reject) => {
    const input = vscode.window.createInputBox();
    Object.assign(input, place, { value: question.value, prompt: question.prompt, placeholder: question.placeholder ?? '', ignoreFocusOut: true, buttons: place.step > 1 ? [vscode.QuickInputButtons.Back] : [] });
    const check = (): string | undefined => { const problem = question.problem(input.value); input.validationMessage = problem ?? ''; return problem; };
    let done = false;
    const end = (then: () => void): void => { done = true; then(); input.dispose(); };
    input.onDidChangeValue(check);
    input.onDidAccept(() => { if (check() === undefined) end(() => resolve(input.value)); });
    input.onDidTriggerButton(() => end(() => resolve({ back: true })));
    input.onDidHide(() => { if (!done) end(() => reject(new CancelledError())); });
    input.show();
  });
}

/** One or several of a list. */
function askItems<T extends vscode.QuickPickItem>(place: Place, items: readonly T[], chosen: readonly T[], many: boolean, placeholder: string): Promise<readonly T[] | { readonly back: true }> {
  return new Promise((resolve, reject) => {
    const input = vscode.window.createQuickPick<T>();
    Object.assign(input, place, { items, canSelectMany: many, placeholder, ignoreFocusOut: true, matchOnDescription: true, matchOnDetail: true, buttons: place.step > 1 ? [vscode.QuickInputButtons.Back] : [] });
    if (many) input.selectedItems = chosen; else input.activeItems = chosen;
    let done = false;
    const end = (then: () => void): void => { done = true; then(); input.dispose(); };
    input.onDidAccept(() => end(() => resolve([...input.selectedItems])));
    input.onDidTriggerButton(() => end(() => resolve({ back: true })));
    input.onDidHide(() => { if (!done) end(() => reject(new CancelledError())); });
    input.show();
  });
}

const isBack = (answer: unknown): answer is { readonly back: true } => typeof answer === 'object' && answer !== null && 'back' in answer;

function textStep(title: string, question: (answers: Answers) => TextQuestion, take: (answers: Answers, text: string) => void): Step {
  return { title, ask: async (answers, place) => { const text = await askText(place, question(answers)); if (isBack(text)) return 'back'; take(answers, text); return 'next'; } };
}

const STEPS: readonly Step[] = [
  textStep('Name', (a) => ({ value: a.name, prompt: 'Name of the chisel, by which it is run', problem: chiselNameProblem }), (a, name) => { a.name = name; }),
  { title: 'Kind', ask: async (answers, place) => {
    const items = KINDS.map(({ kind: made, label, detail }) => ({ label, detail, made }));
    const picked = await askItems(place, items, items.filter((i) => i.made === answers.chisel.kind), false, 'What it makes of the events');
    if (isBack(picked)) return 'back';
    answers.chisel = { ...answers.chisel, kind: picked[0]?.made ?? answers.chisel.kind };
    return 'next';
  } },
  textStep('What it shows', (a) => ({ value: a.chisel.shortDescription === DEFAULT_CHISEL.shortDescription ? '' : a.chisel.shortDescription, prompt: 'In one line, for the list of chisels', placeholder: 'Failed calls by process', problem: () => undefined }),
    (a, text) => { a.chisel = { ...a.chisel, shortDescription: text.trim() === '' ? DEFAULT_CHISEL.shortDescription : text.trim() }; }),
  { title: 'Category', ask: async (answers, place) => {
    const items = CATEGORIES.map((label) => ({ label }));
    const picked = await askItems(place, items, items.filter((i) => i.label === answers.chisel.category), false, 'Where it is listed');
    if (isBack(picked)) return 'back';
    answers.chisel = { ...answers.chisel, category: picked[0]?.label ?? answers.chisel.category };
    return 'next';
  } },
  { title: 'Fields', ask: async (answers, place) => {
    if (answers.chisel.kind === 'empty') return 'next';
    const order = new Map(answers.chisel.fields.map((f, i) => [f, i]));
    const items = FIELDS.filter((f) => (f.use === 'any' || f.use === 'print') && f.argument !== 'required').map((f) => ({ label: f.name, description: f.type, detail: f.doc })).sort((a, b) => (order.get(a.label) ?? 1000) - (order.get(b.label) ?? 1000));
    const picked = await askItems(place, items, items.filter((i) => order.has(i.label)), true, 'Fields that it reads');
    if (isBack(picked)) return 'back';
    answers.chisel = { ...answers.chisel, fields: picked.map((p) => p.label) };
    return 'next';
  } },
  textStep('Filter', (a) => ({ value: a.chisel.filter, prompt: 'Only events that pass it are looked at; empty: all', placeholder: 'evt.type=open and fd.name contains /etc', problem: filterProblem }), (a, filter) => { a.chisel = { ...a.chisel, filter }; }),
  textStep('Arguments', (a) => ({ value: a.args, prompt: 'name, name:type, with ? where it may be left out; empty: none', placeholder: 'path, top:int?', problem: (text) => { const made = parseArguments(text); return typeof made === 'string' ? made : undefined; } }),
    (a, text) => { a.args = text; const made = parseArguments(text); if (typeof made !== 'string') a.chisel = { ...a.chisel, args: made }; }),
  { title: 'Place', ask: async (answers, place) => {
    const items = [
      ...(vscode.workspace.workspaceFolders ?? []).map((f) => ({ label: `chisels of ${f.name}`, description: vscode.Uri.joinPath(f.uri, 'chisels').fsPath, uri: vscode.Uri.joinPath(f.uri, 'chisels') })),
      { label: 'My chisels', description: userFolder().fsPath, uri: userFolder() },
    ];
    const picked = await askItems(place, items, items.slice(0, 1), false, 'Where it is kept');
    if (isBack(picked)) return 'back';
    answers.folder = picked[0]?.uri;
    return 'next';
  } },
];

function filterProblem(text: string): string | undefined {
  const problem = diagnoseFilter(text).find((p) => p.warning !== true);
  return problem === undefined || text.trim() === '' ? undefined : `Character ${problem.start + 1}: ${problem.message}`;
}

/** Asks, writes the file and opens it. Throws CancelledError where somebody leaves the form. */
export async function newChisel(): Promise<vscode.Uri> {
  const answers: Answers = { name: 'my_chisel', chisel: DEFAULT_CHISEL, args: '', folder: undefined };
  for (let i = 0; i < STEPS.length;) {
    const step = STEPS[i];
    if (step === undefined) break;
    const outcome = await step.ask(answers, { title: `New Chisel: ${step.title}`, step: i + 1, totalSteps: STEPS.length });
    // A chisel without fields is not asked for any, on the way back neither.
    i += outcome === 'next' ? 1 : STEPS[i - 1]?.title === 'Fields' && answers.chisel.kind === 'empty' ? -2 : -1;
  }
  const folder = answers.folder ?? userFolder();
  const uri = vscode.Uri.joinPath(folder, `${answers.name}.lua`);
  let exists = true;
  try { await vscode.workspace.fs.stat(uri); } catch { exists = false; }
  if (exists) throw new UserError(`There is a chisel ${answers.name} in ${folder.fsPath} already.`, 'Open that one, or choose another name.');
  try {
    await vscode.workspace.fs.createDirectory(folder);
    await vscode.workspace.fs.writeFile(uri, new TextEncoder().encode(newChiselText(answers.chisel)));
  } catch (error) {
    throw new UserError(`${uri.fsPath} could not be written: ${error instanceof Error ? error.message : String(error)}`, 'Choose another place.');
  }
  await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(uri));
  return uri;
}
