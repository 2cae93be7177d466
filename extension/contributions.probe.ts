// What the manifest says of what is asked of the probe.
import type { Contributions } from './contributions.ts';

const category = 'Porthole', enablement = 'porthole.connected';

export const PROBE_CONTRIBUTIONS: Contributions = {
  commands: [
    { command: 'porthole.overload', title: 'Show What Is Left Out Under Overload…', category, icon: '$(filter)', enablement },
    { command: 'porthole.captureProfile', title: 'Capture Profile…', category, icon: '$(settings)', enablement },
    { command: 'porthole.captureProfileUndo', title: 'Back to Capture Profile Before', category, icon: '$(discard)', enablement },
    { command: 'porthole.showCounters', title: 'Kernel Counters', category, icon: '$(graph)', enablement },
    { command: 'porthole.countersOrder', title: 'Sort Kernel Counters by…', category, icon: '$(sort-precedence)', enablement },
    { command: 'porthole.countersAnew', title: 'Count Anew from Now', category, icon: '$(debug-restart)', enablement },
    { command: 'porthole.countersCopy', title: 'Copy Kernel Counters as CSV', category, icon: '$(copy)', enablement },
  ],
  views: { porthole: [{ id: 'porthole.counters', name: 'Kernel Counters', icon: 'extension/media/porthole.svg', contextualTitle: 'Porthole Kernel Counters', visibility: 'collapsed' }] },
  viewsWelcome: [
    { view: 'porthole.counters', when: '!porthole.connected', contents: 'See what each container does, counted in the kernel: calls, errors, bytes and times, processors, page faults, disks and TCP. No event is made for it.\n[Connect to Host…](command:porthole.connect)' },
  ],
  menus: {
    'view/title': [
      { command: 'porthole.countersOrder', when: 'view == porthole.counters', group: 'navigation@1' },
      { command: 'porthole.countersAnew', when: 'view == porthole.counters', group: 'navigation@2' },
      { command: 'porthole.countersCopy', when: 'view == porthole.counters', group: 'navigation@3' },
    ],
  },
};
