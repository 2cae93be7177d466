// All views that come along, by family; their names and fields are csysdig's, so that what is known of those holds here.
import type { ViewDef } from '../define.ts';
import { CONTAINERS_VIEWS } from './containers.ts';
import { FILES_VIEWS } from './files.ts';
import { NETWORK_VIEWS } from './network.ts';
import { ORCHESTRATORS_VIEWS } from './orchestrators.ts';
import { PROCESSES_VIEWS } from './processes.ts';
import { SPANS_VIEWS } from './spans.ts';
import { SPECTROGRAMS_VIEWS } from './spectrograms.ts';
import { SPIES_VIEWS } from './spies.ts';

/** The families by their names. */
export const VIEW_CATEGORIES: readonly { readonly name: string; readonly views: readonly ViewDef[] }[] = [
  { name: 'Processes', views: PROCESSES_VIEWS }, { name: 'Files', views: FILES_VIEWS }, { name: 'Network', views: NETWORK_VIEWS }, { name: 'Containers', views: CONTAINERS_VIEWS },
  { name: 'Kubernetes and Mesos', views: ORCHESTRATORS_VIEWS }, { name: 'As It Happens', views: SPIES_VIEWS }, { name: 'Traces', views: SPANS_VIEWS }, { name: 'Spectrograms', views: SPECTROGRAMS_VIEWS },
];

export const VIEWS: readonly ViewDef[] = VIEW_CATEGORIES.flatMap(({ views }) => views);
