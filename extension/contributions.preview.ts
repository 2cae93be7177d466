// What the manifest says of the live preview of chisels.
import type { CommandEntry, Contributions } from './contributions.ts';

const command = (id: string, title: string, icon?: string): CommandEntry => ({ command: `porthole.${id}`, title, category: 'Porthole', ...(icon === undefined ? {} : { icon: `$(${icon})` }) });
const CHISEL_EDITOR = 'editorLangId == chisel';
const PANE = "activeWebviewPanelId == 'porthole.preview'";

export const PREVIEW_CONTRIBUTIONS: Contributions = {
  commands: [
    command('previewChisel', 'Preview Chisel', 'open-preview'),
    command('previewAgain', 'Run Previewed Chisel Again', 'refresh'),
    command('stopPreview', 'Stop Previewed Chisel', 'debug-stop'),
    command('comparePreview', 'Compare Output with Previous Run', 'diff'),
    command('togglePreviewProfile', 'Show or Hide Times of Lines', 'flame'),
  ],
  menus: {
    'editor/title': [
      { command: 'porthole.previewChisel', when: CHISEL_EDITOR, group: 'navigation@1' },
      { command: 'porthole.stopPreview', when: `${PANE} && porthole.previewRunning`, group: 'navigation@1' },
      { command: 'porthole.previewAgain', when: `${PANE} && !porthole.previewRunning`, group: 'navigation@1' },
      { command: 'porthole.comparePreview', when: PANE, group: 'navigation@2' },
    ],
    'view/item/context': [
      { command: 'porthole.previewChisel', when: 'view == porthole.chisels && viewItem =~ /^chisel/', group: '2_open@2' },
    ],
  },
  keybindings: [
    { command: 'porthole.previewChisel', key: 'ctrl+k v', mac: 'cmd+k v', when: `editorTextFocus && ${CHISEL_EDITOR}` },
  ],
  settings: {
    'porthole.preview.runOnType': { order: 11, type: 'boolean', default: true, markdownDescription: 'Run a previewed chisel again after a pause in typing, where it parses. It always runs again when it is saved.' },
  },
};
