// What the manifest says of the view of calls under way.
import type { Contributions } from './contributions.ts';

const CALLS = 'view == porthole.calls';
const CALL_ITEM = `${CALLS} && viewItem =~ /^calls\\.(container|process|call)/`;
const category = 'Porthole';

export const CALLS_CONTRIBUTIONS: Contributions = {
  commands: [
    { command: 'porthole.showCalls', title: 'Show Calls Under Way', category, icon: '$(watch)' },
    { command: 'porthole.callsWhere', title: 'Filter Calls Under Way…', category, icon: '$(filter)' },
    { command: 'porthole.callsOfAll', title: 'Show All Calls Under Way', category, icon: '$(clear-all)', enablement: 'porthole.callsNarrowed' },
    { command: 'porthole.callsLonger', title: 'Show Calls Under Way Longer Than…', category, icon: '$(history)' },
    { command: 'porthole.callsOrder', title: 'Sort Calls Under Way…', category, icon: '$(sort-precedence)' },
    { command: 'porthole.callFilter', title: 'Filter Timeline to This', category, icon: '$(filter)', enablement: 'porthole.hasSession' },
    { command: 'porthole.callLane', title: 'Go to Its Lane', category, icon: '$(pulse)', enablement: 'porthole.hasSession' },
    { command: 'porthole.callCopy', title: 'Copy', category, icon: '$(copy)' },
  ],
  viewsWelcome: [
    { view: 'porthole.calls', when: '!porthole.hasSession', contents: 'See what every thread is blocked on right now: which call, on which socket, file or lock, and for how long.\n[Connect to Host…](command:porthole.connect)\nOf a capture, the calls that never returned are shown.\n[Open Capture…](command:porthole.openCapture)' },
    { view: 'porthole.calls', when: "porthole.hasSession && porthole.callsEmpty == 'short'", contents: 'No call that is asked for has been waiting for so long.\n[Show Shorter Waits…](command:porthole.callsLonger)\n[Show All Calls Under Way](command:porthole.callsOfAll)' },
    { view: 'porthole.calls', when: "porthole.hasSession && porthole.callsEmpty == 'nothing'", contents: 'No thread is blocked in a call.' },
    { view: 'porthole.calls', when: "porthole.hasSession && porthole.callsEmpty == 'returned'", contents: 'In this capture every call has returned.' },
    { view: 'porthole.calls', when: "porthole.hasSession && porthole.callsEmpty == 'onlyReturned'", contents: 'This capture tells of calls only when they return: what never returned is not in it.' },
  ],
  menus: {
    'view/title': [
      { command: 'porthole.callsOfAll', when: `${CALLS} && porthole.callsNarrowed`, group: 'navigation@1' },
      { command: 'porthole.callsWhere', when: CALLS, group: 'navigation@2' },
      { command: 'porthole.callsLonger', when: CALLS, group: 'navigation@3' },
      { command: 'porthole.callsOrder', when: CALLS, group: 'navigation@4' },
    ],
    'view/item/context': [
      { command: 'porthole.callLane', when: CALL_ITEM, group: 'inline@1' },
      { command: 'porthole.callFilter', when: CALL_ITEM, group: 'inline@2' },
      { command: 'porthole.callLane', when: CALL_ITEM, group: '1_show@1' },
      { command: 'porthole.callFilter', when: CALL_ITEM, group: '1_show@2' },
      { command: 'porthole.callCopy', when: CALL_ITEM, group: '2_copy@1' },
      { command: 'porthole.showCalls', when: 'view == porthole.hosts && viewItem =~ /^(container|host\\.connected)/', group: '1_show@4' },
    ],
    'commandPalette': [
      { command: 'porthole.callFilter', when: 'false' },
      { command: 'porthole.callLane', when: 'false' },
      { command: 'porthole.callCopy', when: 'false' },
    ],
  },
};
