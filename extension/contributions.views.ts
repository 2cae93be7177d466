// What the manifest says of views.
import type { Contributions } from './contributions.ts';

const SHOW = 'porthole.showView';
const CAPTURE = 'view == porthole.captures && viewItem == capture', NODE = 'view == porthole.hosts && viewItem =~ /^(host\\.connected|container|process)/';

export const VIEWS_CONTRIBUTIONS: Contributions = {
  commands: [{ command: SHOW, title: 'Show View…', category: 'Porthole', icon: '$(table)' }],
  menus: {
    'view/item/context': [{ command: SHOW, when: CAPTURE, group: '1_open@1' }, { command: SHOW, when: NODE, group: '1_show@1' }],
    'editor/title': [{ command: SHOW, when: "activeCustomEditorId == 'porthole.capture' || activeWebviewPanelId == 'porthole.timeline'", group: 'navigation@1' }],
    'explorer/context': [{ command: SHOW, when: 'resourceFilename =~ /\\.scap(\\.gz)?$/', group: 'navigation@91' }],
  },
};
