// What the manifest says of chisels and their language: commands, menus, languages, grammars, snippets, settings.
import type { CommandEntry, Contributions } from './contributions.ts';

const command = (id: string, title: string, icon?: string): CommandEntry => ({ command: `porthole.${id}`, title, category: 'Porthole', ...(icon === undefined ? {} : { icon: `$(${icon})` }) });
const CHISELS = 'view == porthole.chisels';
const CHISEL_ITEM = `${CHISELS} && viewItem =~ /^chisel/`;
/** Items of the hosts view that a chisel can be run on alone. */
const RUNNABLE = 'view == porthole.hosts && viewItem =~ /^(container|process)/';
const OUTPUT = 'resourceScheme == porthole-output';
const CHISEL_EDITOR = 'editorLangId == chisel';

export const CHISEL_CONTRIBUTIONS: Contributions = {
  commands: [
    command('runChisel', 'Run Chisel', 'play'),
    command('runChiselOverHistory', 'Run Chisel over History', 'history'),
    command('runChiselWithArguments', 'Run Chisel with Arguments…'),
    command('runChiselOn', 'Run Chisel on Container…', 'vm-running'),
    command('runChiselHere', 'Run Chisel…', 'tools'),
    command('stopChisel', 'Stop Chisel', 'debug-stop'),
    command('openChisel', 'Open Chisel', 'go-to-file'),
    command('newChisel', 'New Chisel…', 'new-file'),
    command('installChisels', 'Install Chisels…', 'cloud-download'),
    command('searchChisels', 'Search Chisels…', 'search'),
    command('showAllChisels', 'Show All Chisels', 'clear-all'),
    command('refreshChisels', 'Refresh Chisels', 'refresh'),
  ],
  viewsWelcome: [
    { view: 'porthole.chisels', contents: 'A chisel is a small Lua script that answers a question about events.\n[New Chisel…](command:porthole.newChisel)\n[Install Chisels…](command:porthole.installChisels)' },
  ],
  menus: {
    'view/title': [
      { command: 'porthole.newChisel', when: CHISELS, group: 'navigation@1' },
      { command: 'porthole.showAllChisels', when: `${CHISELS} && porthole.chiselSearch`, group: 'navigation@2' },
      { command: 'porthole.searchChisels', when: CHISELS, group: 'navigation@3' },
      { command: 'porthole.refreshChisels', when: CHISELS, group: 'navigation@4' },
      { command: 'porthole.installChisels', when: CHISELS, group: '1_install@1' },
    ],
    'view/item/context': [
      { command: 'porthole.runChisel', when: CHISEL_ITEM, group: 'inline@1' },
      { command: 'porthole.runChisel', when: CHISEL_ITEM, group: '1_run@1' },
      { command: 'porthole.runChiselOn', when: CHISEL_ITEM, group: '1_run@2' },
      { command: 'porthole.runChiselOverHistory', when: CHISEL_ITEM, group: '1_run@3' },
      { command: 'porthole.runChiselWithArguments', when: CHISEL_ITEM, group: '1_run@4' },
      { command: 'porthole.runChiselHere', when: RUNNABLE, group: '1_show@9' },
      { command: 'porthole.openChisel', when: CHISEL_ITEM, group: '2_open@1' },
    ],
    'editor/title/run': [
      { command: 'porthole.runChisel', when: CHISEL_EDITOR, group: 'navigation@1' },
    ],
    'editor/title': [
      { command: 'porthole.stopChisel', when: OUTPUT, group: 'navigation@1' },
    ],
    'commandPalette': [
      { command: 'porthole.refreshChisels', when: 'false' },
      { command: 'porthole.runChiselHere', when: 'false' },
      { command: 'porthole.showAllChisels', when: 'porthole.chiselSearch' },
    ],
  },
  languages: [
    { id: 'chisel', aliases: ['Chisel', 'chisel'], extensions: ['.chisel.lua'], filenamePatterns: ['**/chisels/*.lua'], configuration: './syntaxes/chisel.language-configuration.json' },
    { id: 'porthole-filter', aliases: ['Porthole Filter', 'porthole-filter'], extensions: ['.filter'], configuration: './syntaxes/filter.language-configuration.json' },
  ],
  grammars: [
    { language: 'chisel', scopeName: 'source.lua.chisel', path: './syntaxes/chisel.tmLanguage.json', embeddedLanguages: { 'meta.embedded.filter.chisel': 'porthole-filter' } },
    { language: 'porthole-filter', scopeName: 'source.porthole-filter', path: './syntaxes/filter.tmLanguage.json' },
  ],
  snippets: [{ language: 'chisel', path: './syntaxes/chisel.snippets.json' }],
  configurationDefaults: {
    '[chisel]': { 'editor.quickSuggestions': { strings: 'on', comments: 'off', other: 'on' }, 'editor.wordBasedSuggestions': 'off' },
    '[porthole-filter]': { 'editor.wordWrap': 'on', 'editor.wordBasedSuggestions': 'off' },
  },
  settings: {
    'porthole.chisels.folders': { order: 9, type: 'array', default: [], items: { type: 'string' }, scope: 'machine-overridable', markdownDescription: 'Folders with chisels to list beside those in `~/.chisels`: absolute paths, or with `~` for the home folder.' },
    'porthole.chisels.runOnSave': { order: 10, type: 'boolean', default: true, markdownDescription: 'Run a chisel again when it is saved while its output is open, in the way it was run last.' },
  },
};
