// Views of tracers: spans that programs mark themselves.
import type { ViewDef } from '../define.ts';
import { ORCHESTRATED } from './shared.ts';

export const SPANS_VIEWS: readonly ViewDef[] = [
  {
    id: 'traces_summary', name: 'Traces Summary', kind: 'table', tags: ['Default'],
    description: 'Traces by tag: how many, and how long they took.',
    appliesTo: ['', 'container.id', 'proc.pid', 'thread.nametid', 'proc.name', 'thread.tid', 'fd.directory', 'fd.containerdirectory', 'evt.res', ...ORCHESTRATED],
    filter: 'span.ntags>=%depth+1', defaults: true, drillDown: 'spans_summary', deeper: true, spectrogram: 'tracers',
    columns: [
      { name: 'NA', field: 'span.tag[%depth]', key: 'row' },
      { name: 'HITS', field: 'span.count.fortag[%depth]', sorting: true, aggregation: 'sum', width: 10 },
      { name: 'AVG TIME', field: 'span.duration.fortag[%depth]', aggregation: 'avg', width: 10 },
      { name: 'MIN TIME', field: 'span.duration.fortag[%depth]', aggregation: 'min', width: 10 },
      { name: 'MAX TIME', field: 'span.duration.fortag[%depth]', aggregation: 'max', width: 10 },
      { name: 'CHD HITS', field: 'span.childcount.fortag[%depth]', aggregation: 'sum', width: 10 },
      { name: 'TAG', field: 'span.tag[%depth]', aggregation: 'sum', width: 256 },
    ],
  },
  {
    id: 'traces_list', name: 'Traces List', kind: 'table', tags: ['Default'],
    description: 'Traces one by one, with their time and arguments.',
    appliesTo: ['', 'container.id', 'proc.pid', 'thread.nametid', 'proc.name', 'thread.tid', 'fd.directory', 'fd.containerdirectory', 'evt.res', ...ORCHESTRATED],
    filter: 'span.ntags>=%depth+1', drillDown: 'spans_list', deeper: true,
    columns: [
      { name: 'NA', field: 'span.rawtime', key: 'row', childOnly: true, filterField: 'span.rawparenttime' },
      { name: 'ID', field: 'span.id', width: 10 },
      { name: 'TIME', field: 'span.time', width: 19 },
      { name: 'DURATION', field: 'span.duration.fortag[%depth]', sorting: true, aggregation: 'avg', width: 10 },
      { name: 'TAG', field: 'span.tag[%depth]', aggregation: 'sum', width: 32 },
      { name: 'ARGS', field: 'span.enterargs', aggregation: 'sum', width: 256 },
    ],
  },
  {
    id: 'spans_summary', name: 'Spans Summary', kind: 'table', tags: ['Default'],
    description: 'Spans of tracers by tag: how many, and how long they took.',
    appliesTo: ['span.tag', 'span.id', 'span.time', 'span.parenttime', 'container.id', 'proc.pid', 'thread.nametid', 'proc.name', 'thread.tid', 'fd.directory', 'fd.containerdirectory', 'evt.res', ...ORCHESTRATED],
    filter: 'span.ntags>=%depth+1', defaults: true, drillDown: 'spans_summary', deeper: true, spectrogram: 'tracers',
    columns: [
      { name: 'NA', field: 'span.tag[%depth]', key: 'row' },
      { name: 'HITS', field: 'span.count.fortag[%depth]', sorting: true, aggregation: 'sum', width: 10 },
      { name: 'AVG TIME', field: 'span.duration.fortag[%depth]', aggregation: 'avg', width: 10 },
      { name: 'MIN TIME', field: 'span.duration.fortag[%depth]', aggregation: 'min', width: 10 },
      { name: 'MAX TIME', field: 'span.duration.fortag[%depth]', aggregation: 'max', width: 10 },
      { name: 'CHD HITS', field: 'span.childcount.fortag[%depth]', aggregation: 'sum', width: 10 },
      { name: 'TAG', field: 'span.tag[%depth]', aggregation: 'sum', width: 256 },
    ],
  },
  {
    id: 'spans_list', name: 'Spans List', kind: 'table', tags: ['Default'],
    description: 'Spans of tracers one by one, with their time and arguments.',
    appliesTo: ['span.tag', 'span.id', 'span.time', 'span.parenttime', 'container.id', 'proc.pid', 'thread.nametid', 'proc.name', 'thread.tid', 'fd.directory', 'fd.containerdirectory', 'evt.res', ...ORCHESTRATED],
    filter: 'span.ntags>=%depth+1', defaults: true, drillDown: 'spans_list', deeper: true,
    columns: [
      { name: 'NA', field: 'span.rawtime', key: 'row', childOnly: true, filterField: 'span.rawparenttime' },
      { name: 'ID', field: 'span.id', width: 10 },
      { name: 'TIME', field: 'span.time', width: 19 },
      { name: 'DURATION', field: 'span.duration.fortag[%depth]', sorting: true, aggregation: 'avg', width: 10 },
      { name: 'TAG', field: 'span.tag[%depth]', aggregation: 'sum', width: 32 },
      { name: 'ARGS', field: 'span.enterargs', aggregation: 'sum', width: 256 },
    ],
  },
];
