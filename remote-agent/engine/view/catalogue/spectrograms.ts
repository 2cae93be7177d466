// Views of latencies as pictures.
import type { ViewDef } from '../define.ts';

export const SPECTROGRAMS_VIEWS: readonly ViewDef[] = [
  {
    id: 'spectro_all', name: 'Spectrogram-All', kind: 'spectrogram', tags: [],
    description: 'How long calls took, as a picture over time.',
    appliesTo: ['evt.type'],
    filter: 'evt.dir=<',
    columns: [
      { name: 'NA', field: 'evt.latency.quantized', key: 'row' },
      { name: 'LATENCY', field: 'evt.latency.quantized' },
      { name: 'COUNT', field: 'evt.count', aggregation: 'sum', width: 8 },
    ],
  },
  {
    id: 'spectro_file', name: 'Spectrogram-File', kind: 'spectrogram', tags: [],
    description: 'How long calls on files took, as a picture over time.',
    appliesTo: ['', 'container.id', 'proc.pid', 'thread.nametid', 'thread.tid', 'proc.name', 'evt.res', 'k8s.pod.id', 'k8s.rc.id', 'k8s.rs.id', 'k8s.svc.id', 'k8s.ns.id', 'marathon.app.id', 'marathon.group.name', 'mesos.task.id', 'mesos.framework.name', 'fd.name', 'fd.containername', 'fd.directory', 'fd.containerdirectory', 'fd.containerdirectory'],
    filter: 'evt.dir=< and fd.type=file',
    columns: [
      { name: 'NA', field: 'evt.latency.quantized', key: 'row' },
      { name: 'LATENCY', field: 'evt.latency.quantized' },
      { name: 'COUNT', field: 'evt.count', aggregation: 'sum', width: 8 },
    ],
  },
  {
    id: 'spectro_traces', name: 'Traces Spectrogram', kind: 'spectrogram', tags: [],
    description: 'How long spans took, as a picture over time.',
    appliesTo: ['', 'span.tag', 'span.id', 'container.id', 'proc.pid', 'thread.nametid', 'thread.tid', 'proc.name', 'evt.res', 'k8s.pod.id', 'k8s.rc.id', 'k8s.rs.id', 'k8s.svc.id', 'k8s.ns.id', 'marathon.app.id', 'marathon.group.name', 'mesos.task.id', 'mesos.framework.name', 'fd.name', 'fd.containername', 'fd.directory', 'fd.containerdirectory', 'fd.containerdirectory'],
    filter: 'span.ntags=%depth+1', drillDown: 'spans_list', propagate: false,
    columns: [
      { name: 'NA', field: 'span.duration.quantized', key: 'row' },
      { name: 'LATENCY', field: 'span.duration.quantized' },
      { name: 'COUNT', field: 'evt.count', aggregation: 'sum' },
    ],
  },
];
