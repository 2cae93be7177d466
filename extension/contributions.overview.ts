// What the manifest says of the overview.
import type { Contributions } from './contributions.ts';

const SHOW = 'porthole.showOverview';
const CAPTURE = 'view == porthole.captures && viewItem == capture', HOST = 'view == porthole.hosts && viewItem == host.connected';

export const OVERVIEW_CONTRIBUTIONS: Contributions = {
  commands: [{ command: SHOW, title: 'Show Overview', category: 'Porthole', icon: '$(dashboard)' }],
  menus: {
    'view/item/context': [
      { command: SHOW, when: CAPTURE, group: 'inline@0' },
      { command: SHOW, when: CAPTURE, group: '1_open@0' },
      { command: SHOW, when: HOST, group: '1_show@0' },
    ],
    'editor/title': [{ command: SHOW, when: "activeCustomEditorId == 'porthole.capture' || activeWebviewPanelId == 'porthole.timeline'", group: 'navigation@0' }],
    'explorer/context': [{ command: SHOW, when: 'resourceFilename =~ /\\.scap(\\.gz)?$/', group: 'navigation@90' }],
  },
};
