// Views of files.
import type { ViewDef } from '../define.ts';
import { ORCHESTRATED } from './shared.ts';

export const FILES_VIEWS: readonly ViewDef[] = [
  {
    id: 'files', name: 'Files', kind: 'table', tags: ['Default', 'wsysdig'],
    description: 'Files by calls on them, with bytes each way, opens and failures.',
    appliesTo: ['', 'container.id', 'proc.pid', 'thread.nametid', 'proc.name', 'thread.tid', 'fd.sport', 'fd.sproto', 'fd.directory', 'fd.containerdirectory', 'fd.containerdirectory', 'evt.res', ...ORCHESTRATED],
    filter: '(fd.type=file or fd.type=directory) and fd.name!=\'\'', defaults: true, drillDown: 'procs',
    columns: [
      { name: 'NA', field: 'fd.name', key: 'row', tags: ['default'] },
      { name: 'NA', field: 'fd.containername', key: 'row', tags: ['containers'] },
      { name: 'BYTES IN', field: 'evt.buflen.file.in', aggregation: 'sum', width: 12 },
      { name: 'BYTES OUT', field: 'evt.buflen.file.out', aggregation: 'sum', width: 12 },
      { name: 'OPS', field: 'evt.count.exit', sorting: true, aggregation: 'sum', width: 9 },
      { name: 'OPENS', field: 'evt.type.is.3', aggregation: 'sum', width: 9 },
      { name: 'ERRORS', field: 'evt.count.error', aggregation: 'sum', width: 9 },
      { name: 'Container', field: 'container.name', width: 20, tags: ['containers'] },
      { name: 'FILENAME', field: 'fd.name', width: 0 },
    ],
    actions: [
      { key: 'l', command: 'less %fd.name', wait: false },
    ],
  },
  {
    id: 'directories', name: 'Directories', kind: 'table', tags: ['Default', 'wsysdig'],
    description: 'Directories by calls on the files in them, with bytes, opens and failures.',
    appliesTo: ['', 'container.id', 'proc.pid', 'thread.nametid', 'proc.name', 'thread.tid', 'fd.sport', 'fd.sproto', 'evt.res', ...ORCHESTRATED],
    filter: '(fd.type=file or fd.type=directory) and fd.name!=\'\'', defaults: true, drillDown: 'files',
    columns: [
      { name: 'NA', field: 'fd.directory', key: 'row', tags: ['default'] },
      { name: 'NA', field: 'fd.containerdirectory', key: 'row', tags: ['containers'] },
      { name: 'BYTES IN', field: 'evt.buflen.file.in', aggregation: 'sum', width: 12 },
      { name: 'BYTES OUT', field: 'evt.buflen.file.out', aggregation: 'sum', width: 12 },
      { name: 'OPS', field: 'evt.count.exit', sorting: true, aggregation: 'sum', width: 9 },
      { name: 'OPENS', field: 'evt.type.is.3', aggregation: 'sum', width: 9 },
      { name: 'ERRORS', field: 'evt.count.error', aggregation: 'sum', width: 9 },
      { name: 'Container', field: 'container.name', width: 20, tags: ['containers'] },
      { name: 'DIRNAME', field: 'fd.directory', width: 0 },
    ],
    actions: [
      { key: 'l', command: 'ls -al %fd.directory' },
    ],
  },
  {
    id: 'file_opens', name: 'File Opens List', kind: 'list', tags: ['Default'],
    description: 'Each open of a file as it happens, with its result.',
    appliesTo: ['', 'container.id', 'proc.pid', 'thread.nametid', 'proc.name', 'thread.tid', 'fd.sport', 'fd.sproto', 'fd.name', 'fd.containername', 'fd.directory', 'fd.containerdirectory', 'evt.res', ...ORCHESTRATED],
    filter: 'evt.type=open and evt.dir=<',
    columns: [
      { name: 'TIME', field: 'evt.time', width: 19 },
      { name: 'RES', field: 'evt.res', width: 8 },
      { name: 'FILE', field: 'fd.name', width: 40 },
      { name: 'Container', field: 'container.name', width: 20, tags: ['containers'] },
      { name: 'Command', field: 'proc.exeline', aggregation: 'max', width: 0 },
    ],
    actions: [
      { key: 'l', command: 'less %fd.name', wait: false },
    ],
  },
  {
    id: 'slow_io', name: 'Slow File I/O', kind: 'table', tags: ['Default', 'wsysdig'],
    description: 'Reads and writes of files that took longer than a millisecond.',
    appliesTo: ['', 'container.id', 'proc.pid', 'thread.nametid', 'thread.tid', 'proc.name', ...ORCHESTRATED],
    filter: 'evt.is_io=true and fd.type=file and (not fd.name contains \'/dev/\') and evt.latency>1000000', defaults: true,
    columns: [
      { name: 'NA', field: 'evt.rawtime', key: 'row' },
      { name: 'TIME', field: 'evt.time', width: 12 },
      { name: 'LATENCY', field: 'evt.latency', sorting: true, width: 8 },
      { name: 'FILENAME', field: 'fd.name', width: 32 },
      { name: 'Container', field: 'container.name', width: 20, tags: ['containers'] },
      { name: 'PID', field: 'proc.pid', width: 12 },
      { name: 'Command', field: 'proc.exeline', aggregation: 'max', width: 0 },
    ],
  },
  {
    id: 'io_by_type', name: 'I/O by Type', kind: 'table', tags: ['Default', 'wsysdig'],
    description: 'Bytes, calls and time by what was read and written: files, sockets, pipes, terminals.',
    appliesTo: ['', 'container.id', 'proc.pid', 'thread.nametid', 'proc.name', 'thread.tid', 'fd.sport', 'fd.sproto', 'evt.res', ...ORCHESTRATED],
    defaults: true, drillDown: 'procs',
    columns: [
      { name: 'NA', field: 'fd.type', key: 'row' },
      { name: 'BPS IN', field: 'evt.buflen.in', aggregation: 'timeAvg', width: 12 },
      { name: 'BPS OUT', field: 'evt.buflen.out', aggregation: 'timeAvg', width: 12 },
      { name: 'IOPS', field: 'evt.count', sorting: true, aggregation: 'timeAvg', width: 9 },
      { name: 'TIME', field: 'evt.latency', aggregation: 'sum', width: 9 },
      { name: 'I/O Type', field: 'fd.type', aggregation: 'sum', width: 0 },
    ],
  },
];
