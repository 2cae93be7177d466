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

export const VIEWS: readonly ViewDef[] = [...PROCESSES_VIEWS, ...FILES_VIEWS, ...NETWORK_VIEWS, ...CONTAINERS_VIEWS, ...ORCHESTRATORS_VIEWS, ...SPIES_VIEWS, ...SPANS_VIEWS, ...SPECTROGRAMS_VIEWS];
