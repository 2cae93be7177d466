// What the manifest says of debugging chisels.
import type { CommandEntry, Contributions } from './contributions.ts';

const command = (id: string, title: string, icon: string): CommandEntry => ({ command: `porthole.${id}`, title, category: 'Porthole', icon: `$(${icon})` });
const CHISEL_EDITOR = 'editorLangId == chisel';

export const DEBUG_CONTRIBUTIONS: Contributions = {
  commands: [command('debugChisel', 'Debug Chisel', 'debug-alt')],
  menus: {
    'editor/title/run': [{ command: 'porthole.debugChisel', when: CHISEL_EDITOR, group: 'navigation@2' }],
    'view/item/context': [{ command: 'porthole.debugChisel', when: 'view == porthole.chisels && viewItem =~ /^chisel/', group: '1_run@4' }],
  },
  breakpoints: [{ language: 'chisel' }],
  debuggers: [{
    type: 'porthole-chisel', label: 'Porthole Chisel', languages: ['chisel'],
    configurationAttributes: { launch: { required: ['program'], properties: {
      program: { type: 'string', description: 'Path of the chisel.', default: '${file}' },
      args: { type: 'array', items: { type: 'string' }, description: 'Its arguments, in their order. Those that it needs and that are missing are asked for.', default: [] },
      on: { type: 'string', description: 'Title or path of an open capture to run on. Left out: the one that is looked at.' },
      filter: { type: 'string', description: 'Only events that pass this filter. Left out: the filter of the timeline.' },
      maxEvents: { type: 'number', description: 'Events after which the run ends as at the end of the capture.' },
      stopOnEntry: { type: 'boolean', description: 'Stop on the first line.', default: false },
    } } },
    initialConfigurations: [{ type: 'porthole-chisel', request: 'launch', name: 'Debug Chisel', program: '${file}', args: [] }],
    configurationSnippets: [{ label: 'Porthole: Debug Chisel', description: 'Runs a chisel on an open capture under the debugger.', body: { type: 'porthole-chisel', request: 'launch', name: 'Debug ${1:chisel}', program: '^"\\${workspaceFolder}/${1:chisel}.lua"', args: [] } }],
  }],
};
