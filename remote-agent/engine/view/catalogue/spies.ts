// Views of what users and programs say.
import type { ViewDef } from '../define.ts';
import { ORCHESTRATED } from './shared.ts';

export const SPIES_VIEWS: readonly ViewDef[] = [
  {
    id: 'spy_users', name: 'Spy Users', kind: 'list', tags: ['Default'],
    description: 'Commands that users run and directories they go to, as it happens.',
    appliesTo: ['', 'container.id', 'proc.pid', 'thread.nametid', 'thread.tid', 'proc.name', ...ORCHESTRATED],
    filter: '((evt.type=execve and evt.dir=<) or (evt.type=chdir and evt.dir=< and proc.name contains sh and not proc.name contains sshd)) and evt.failed=false', defaults: true,
    columns: [
      { name: 'TIME', field: 'evt.time', width: 12 },
      { name: 'USER', field: 'user.name', width: 12 },
      { name: 'SHELL', field: 'proc.ppid', width: 8 },
      { name: 'Container', field: 'container.name', width: 20, tags: ['containers'] },
      { name: 'Command', field: 'proc.exeline', aggregation: 'max', width: 0 },
    ],
  },
  {
    id: 'spy_users_wsysdig', name: 'Spy Users', kind: 'table', tags: ['Default', 'wsysdig', 'nocsysdig'],
    description: 'The latest command of each shell.',
    appliesTo: ['', 'container.id', 'proc.pid', 'thread.nametid', 'thread.tid', 'proc.name', ...ORCHESTRATED],
    filter: '((evt.type=execve and evt.dir=<) or (evt.type=chdir and evt.dir=< and proc.name contains sh and not proc.name contains sshd)) and evt.failed=false', defaults: true, drillDown: 'threads', propagate: false,
    columns: [
      { name: 'NA', field: 'thread.nametid', key: 'row' },
      { name: 'TIME', field: 'evt.time', sorting: true, width: 12 },
      { name: 'USER', field: 'user.name', width: 12 },
      { name: 'SHELL', field: 'proc.ppid', width: 8 },
      { name: 'Container', field: 'container.name', width: 20, tags: ['containers'] },
      { name: 'Command', field: 'proc.exeline', aggregation: 'max', width: 0 },
    ],
  },
  {
    id: 'spy_syslog', name: 'Spy Syslog', kind: 'list', tags: ['Default'],
    description: 'Messages to the syslog as they are written.',
    appliesTo: ['', 'container.id', 'proc.pid', 'thread.nametid', 'proc.name', 'thread.tid', 'fd.sport', 'fd.sproto', ...ORCHESTRATED],
    filter: 'fd.name contains /dev/log and evt.is_io_write=true and evt.dir=< and evt.failed=false',
    columns: [
      { name: 'PID', field: 'proc.pid', width: 8 },
      { name: 'PROC', field: 'proc.name', width: 8 },
      { name: 'FAC', field: 'syslog.facility.str', width: 8 },
      { name: 'SEV', field: 'syslog.severity.str', width: 8 },
      { name: 'Container', field: 'container.name', width: 20, tags: ['containers'] },
      { name: 'MESSAGE', field: 'syslog.message', width: 0 },
    ],
  },
  {
    id: 'notifications', name: 'Notifications', kind: 'list', tags: ['nocsysdig'],
    description: 'Notifications that the capture holds.',
    appliesTo: [''],
    filter: 'evt.type=notification', defaults: true,
    columns: [
      { name: 'TIME', field: 'evt.time', width: 12 },
      { name: 'ID', field: 'evt.arg.id', width: 24 },
      { name: 'Container', field: 'container.name', width: 20, tags: ['containers'] },
      { name: 'DESCRIPTION', field: 'evt.arg.desc', width: 0 },
    ],
  },
];
