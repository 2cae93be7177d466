// Everything that the manifest says to VS Code, as typed tables: commands, views, menus, settings. `manifest.ts` writes it into package.json.
import { CALLS_CONTRIBUTIONS } from './contributions.calls.ts';
import { DEBUG_CONTRIBUTIONS } from './contributions.chiselDebug.ts';
import { CHISEL_CONTRIBUTIONS } from './contributions.chisels.ts';
import { OVERVIEW_CONTRIBUTIONS } from './contributions.overview.ts';
import { VIEWS_CONTRIBUTIONS } from './contributions.views.ts';
import { PREVIEW_CONTRIBUTIONS } from './contributions.preview.ts';
import { PROBE_CONTRIBUTIONS } from './contributions.probe.ts';

export interface CommandEntry { readonly command: string; readonly title: string; readonly category?: string; readonly shortTitle?: string; readonly icon?: string; readonly enablement?: string }
export interface MenuEntry { readonly command: string; readonly when?: string; readonly group?: string }
export interface ViewEntry { readonly id: string; readonly name: string; readonly icon?: string; readonly contextualTitle?: string; readonly visibility?: 'visible' | 'collapsed'; readonly when?: string; /** Its share of the height when it is first shown, beside 20 of every view that says none. */ readonly initialSize?: number }
export interface SettingEntry {
  readonly type: string | readonly string[]; readonly default: unknown; readonly markdownDescription?: string; readonly description?: string; readonly scope?: string; readonly order?: number;
  readonly minimum?: number; readonly maximum?: number; readonly items?: unknown; readonly enum?: readonly string[]; readonly enumDescriptions?: readonly string[];
}
/** A part of `contributes`; parts are merged by `mergeContributions`. */
export interface Contributions {
  readonly commands?: readonly CommandEntry[];
  readonly viewsContainers?: Readonly<Record<string, readonly { readonly id: string; readonly title: string; readonly icon: string }[]>>;
  readonly views?: Readonly<Record<string, readonly ViewEntry[]>>;
  readonly viewsWelcome?: readonly { readonly view: string; readonly contents: string; readonly when?: string }[];
  readonly menus?: Readonly<Record<string, readonly MenuEntry[]>>;
  readonly keybindings?: readonly { readonly command: string; readonly key: string; readonly mac?: string; readonly when?: string }[];
  readonly settings?: Readonly<Record<string, SettingEntry>>;
  readonly customEditors?: readonly { readonly viewType: string; readonly displayName: string; readonly selector: readonly { readonly filenamePattern: string }[]; readonly priority?: string }[];
  readonly languages?: readonly unknown[];
  readonly breakpoints?: readonly { readonly language: string }[];
  readonly debuggers?: readonly unknown[];
  readonly grammars?: readonly unknown[];
  readonly snippets?: readonly unknown[];
  readonly configurationDefaults?: Readonly<Record<string, unknown>>;
}

const CATEGORY = 'Porthole';
const command = (id: string, title: string, icon?: string, enablement?: string): CommandEntry =>
  ({ command: `porthole.${id}`, title, category: CATEGORY, ...(icon === undefined ? {} : { icon: `$(${icon})` }), ...(enablement === undefined ? {} : { enablement }) });

const ANY_SESSION = 'porthole.hasSession';
const CONNECTED = 'porthole.connected';
const HOSTS = 'view == porthole.hosts';
const CAPTURES = 'view == porthole.captures';
/** Items of the hosts view that have a lane in the timeline and a filter that means them. */
const SHOWABLE = `${HOSTS} && viewItem =~ /^(host\\.(connected|lost)|container|process)/`;
const FILTERABLE = `${HOSTS} && viewItem =~ /^(container|process|descriptor)/`;
/** The timeline of a host or of a capture is in front. */
const CAPTURE_EDITOR = "activeCustomEditorId == 'porthole.capture'";
const TIMELINE = `${CAPTURE_EDITOR} || activeWebviewPanelId == 'porthole.timeline'`;
const CONTAINER = `${HOSTS} && viewItem =~ /^container\\.running/`;

export const OWN_CONTRIBUTIONS: Contributions = {
  commands: [
    command('connect', 'Connect to Host…', 'plug'),
    command('disconnect', 'Disconnect from Host', 'debug-disconnect', CONNECTED),
    command('openTimeline', 'Open Timeline', 'pulse', ANY_SESSION),
    command('filterTo', 'Filter Timeline to This', 'filter', ANY_SESSION),
    command('copyFilter', 'Copy Filter', 'copy', ANY_SESSION),
    command('startRecording', 'Start Recording', 'record', `${CONNECTED} && !porthole.recording`),
    command('stopRecording', 'Stop Recording', 'debug-stop', 'porthole.recording'),
    command('followLog', 'Follow Log of Container', 'output', CONNECTED),
    command('openShell', 'Open Shell in Container', 'terminal', CONNECTED),
    command('inspectContainer', 'Inspect Container', 'info', CONNECTED),
    command('refresh', 'Refresh Hosts and Captures', 'refresh'),
    command('stopReading', 'Stop Reading Capture', 'debug-stop', 'porthole.reading'),
    command('resumeReading', 'Read On (Capture)', 'debug-continue', 'porthole.canReadOn'),
    command('findEvent', 'Find Event', 'search', TIMELINE),
    command('nextMatch', 'Next Match', 'arrow-down', TIMELINE),
    command('previousMatch', 'Previous Match', 'arrow-up', TIMELINE),
    command('goToEvent', 'Go to Event or Time…', 'go-to-file', TIMELINE),
    command('previousFilter', 'Back to Filter Before', 'discard', TIMELINE),
    command('saveRange', 'Save Marked Time as Capture…', 'save', TIMELINE),
    command('savePicture', 'Save Timeline as Picture…', 'device-camera', TIMELINE),
    command('addBookmark', 'Bookmark Marked Time', 'bookmark', TIMELINE),
    command('copyLink', 'Copy Link to Marked Time', 'link', TIMELINE),
    command('openLink', 'Open Link…', 'link-external'),
    command('openCapture', 'Open Capture…', 'folder-opened'),
    command('revealCapture', 'Reveal Capture in Explorer', 'go-to-file'),
    command('deleteCapture', 'Delete Capture', 'trash'),
    command('showLog', 'Show Log', 'list-flat'),
  ],
  viewsContainers: { activitybar: [{ id: 'porthole', title: 'Porthole', icon: 'extension/media/porthole.svg' }] },
  views: {
    porthole: [
      { id: 'porthole.hosts', name: 'Hosts', icon: 'extension/media/porthole.svg', contextualTitle: 'Porthole Hosts', initialSize: 100 },
      { id: 'porthole.calls', name: 'Calls Under Way', icon: 'extension/media/porthole.svg', contextualTitle: 'Porthole Calls Under Way', visibility: 'collapsed' },
      { id: 'porthole.captures', name: 'Captures', icon: 'extension/media/porthole.svg', contextualTitle: 'Porthole Captures', initialSize: 20 },
      { id: 'porthole.chisels', name: 'Chisels', icon: 'extension/media/porthole.svg', contextualTitle: 'Porthole Chisels', initialSize: 50 },
    ],
  },
  viewsWelcome: [
    { view: 'porthole.hosts', contents: 'Look inside the containers of a host: over SSH, or on this machine.\n[Connect to Host…](command:porthole.connect)\nHosts come from your SSH configuration and from the setting [porthole.hosts](command:workbench.action.openSettings?%22porthole.hosts%22).' },
    { view: 'porthole.captures', contents: 'No capture yet. Record what a connected host does, or open a .scap file.\n[Open Capture…](command:porthole.openCapture)' },
  ],
  menus: {
    'view/title': [
      { command: 'porthole.connect', when: HOSTS, group: 'navigation@1' },
      { command: 'porthole.refresh', when: HOSTS, group: 'navigation@2' },
      { command: 'porthole.showLog', when: HOSTS, group: '9_log' },
      { command: 'porthole.openCapture', when: CAPTURES, group: 'navigation@1' },
      { command: 'porthole.refresh', when: CAPTURES, group: 'navigation@2' },
    ],
    'view/item/context': [
      { command: 'porthole.connect', when: `${HOSTS} && viewItem =~ /^host\\.(idle|failed|lost)/`, group: 'inline@1' },
      { command: 'porthole.connect', when: `${HOSTS} && viewItem =~ /^host\\.(idle|failed|lost)/`, group: '1_connect@1' },
      { command: 'porthole.openTimeline', when: SHOWABLE, group: 'inline@1' },
      { command: 'porthole.openTimeline', when: SHOWABLE, group: '1_show@1' },
      { command: 'porthole.filterTo', when: FILTERABLE, group: 'inline@2' },
      { command: 'porthole.filterTo', when: FILTERABLE, group: '1_show@2' },
      { command: 'porthole.copyFilter', when: FILTERABLE, group: '1_show@3' },
      { command: 'porthole.followLog', when: CONTAINER, group: '2_container@1' },
      { command: 'porthole.openShell', when: CONTAINER, group: '2_container@2' },
      { command: 'porthole.inspectContainer', when: CONTAINER, group: '2_container@3' },
      { command: 'porthole.startRecording', when: `${HOSTS} && viewItem == host.connected && !porthole.recording`, group: '3_record@1' },
      { command: 'porthole.stopRecording', when: `${HOSTS} && viewItem == host.connected && porthole.recording`, group: '3_record@2' },
      { command: 'porthole.disconnect', when: `${HOSTS} && viewItem =~ /^host\\.(connected|busy|lost)/`, group: 'inline@9' },
      { command: 'porthole.disconnect', when: `${HOSTS} && viewItem =~ /^host\\.(connected|busy|lost)/`, group: '9_disconnect@1' },
      { command: 'porthole.showLog', when: `${HOSTS} && viewItem =~ /^(message|host)/`, group: '9_disconnect@2' },
      { command: 'porthole.openCapture', when: `${CAPTURES} && viewItem == capture`, group: '1_open@1' },
      { command: 'porthole.revealCapture', when: `${CAPTURES} && viewItem == capture`, group: '1_open@2' },
      { command: 'porthole.deleteCapture', when: `${CAPTURES} && viewItem == capture`, group: 'inline@1' },
      { command: 'porthole.deleteCapture', when: `${CAPTURES} && viewItem == capture`, group: '9_delete@1' },
    ],
    'editor/title': [
      { command: 'porthole.startRecording', when: "activeWebviewPanelId == 'porthole.timeline' && porthole.connected && !porthole.recording", group: 'navigation@1' },
      { command: 'porthole.stopRecording', when: "activeWebviewPanelId == 'porthole.timeline' && porthole.recording", group: 'navigation@1' },
      { command: 'porthole.savePicture', when: TIMELINE, group: '5_save@1' },
      { command: 'porthole.copyLink', when: TIMELINE, group: '5_save@2' },
      { command: 'porthole.saveRange', when: CAPTURE_EDITOR, group: '5_save@3' },
      { command: 'porthole.stopReading', when: `${CAPTURE_EDITOR} && porthole.reading`, group: 'navigation@1' },
      { command: 'porthole.resumeReading', when: `${CAPTURE_EDITOR} && porthole.canReadOn`, group: 'navigation@1' },
    ],
    'commandPalette': [
      { command: 'porthole.revealCapture', when: 'false' },
      { command: 'porthole.deleteCapture', when: 'false' },
    ],
  },
  keybindings: [
    { command: 'porthole.findEvent', key: 'ctrl+f', mac: 'cmd+f', when: TIMELINE },
    { command: 'porthole.goToEvent', key: 'ctrl+g', when: TIMELINE },
  ],
  customEditors: [{ viewType: 'porthole.capture', displayName: 'Porthole Timeline', selector: [{ filenamePattern: '*.scap' }, { filenamePattern: '*.scap.gz' }], priority: 'default' }],
  settings: {
    'porthole.hosts': {
      order: 1, scope: 'machine-overridable', type: 'array', default: [], items: { type: 'string', pattern: '^([^@\\s]+@)?[^@\\s]+$' },
      markdownDescription: 'Hosts to offer beside those of the SSH configuration, each as `host`, `user@host` or `user@host:port`.',
    },
    'porthole.sshConfigPath': { order: 2, scope: 'machine-overridable', type: 'string', default: '', markdownDescription: 'Path of the SSH configuration to read hosts and their options from. Empty: `~/.ssh/config`.' },
    'porthole.historyMegabytes': { order: 3, type: 'integer', default: 256, minimum: 16, maximum: 65536, markdownDescription: 'Memory, in MiB, that the agent may take on the host to remember events of the past. When it is full, the oldest events go.' },
    'porthole.snapLength': { order: 4, type: 'integer', default: 80, minimum: 0, maximum: 4096, markdownDescription: 'How many bytes of what a call reads or writes are captured with its event.' },
    'porthole.ringKilobytes': { order: 5, type: 'integer', default: 0, minimum: 0, maximum: 1048576, markdownDescription: 'Size, in KiB, of the buffer through which the kernel hands events to the agent; rounded up to a power of two. 0: by the memory and processors of the host. Make it larger when the status bar counts lost events. Used from the next connection on.' },
    'porthole.autoConnect': { order: 6, scope: 'machine-overridable', type: 'string', default: '', markdownDescription: 'Host to connect to when the editor starts, by its name in the *Hosts* view; `local` for this machine. Empty: none.' },
    'porthole.openOnStart': { order: 7, scope: 'machine-overridable', type: 'string', default: '', markdownDescription: 'Path of a capture to open when the editor starts. Empty: none.' },
  },
};

/** Joins parts: lists are appended, tables merged key by key. */
export function mergeContributions(parts: readonly Contributions[]): Contributions {
  const merged: Record<string, unknown> = {};
  for (const part of parts) {
    for (const [key, value] of Object.entries(part)) merged[key] = mergeValue(merged[key], value);
  }
  return merged as Contributions;
}
function mergeValue(into: unknown, value: unknown): unknown {
  if (into === undefined) return value;
  if (Array.isArray(into) && Array.isArray(value)) return [...into, ...value];
  const result: Record<string, unknown> = { ...(into as Record<string, unknown>) };
  for (const [key, inner] of Object.entries(value as Record<string, unknown>)) result[key] = mergeValue(result[key], inner);
  return result;
}

export const CONTRIBUTIONS: Contributions = mergeContributions([OWN_CONTRIBUTIONS, CALLS_CONTRIBUTIONS, PROBE_CONTRIBUTIONS, CHISEL_CONTRIBUTIONS, PREVIEW_CONTRIBUTIONS, DEBUG_CONTRIBUTIONS, OVERVIEW_CONTRIBUTIONS, VIEWS_CONTRIBUTIONS]);

/** When VS Code loads the extension beside what contributed views, commands and editors imply. */
export const ACTIVATION_EVENTS: readonly string[] = ['onStartupFinished', 'onUri', 'workspaceContains:**/*.scap', 'onLanguage:lua', 'onWebviewPanel:porthole.preview', 'onWebviewPanel:porthole.overview', 'onWebviewPanel:porthole.views'];
