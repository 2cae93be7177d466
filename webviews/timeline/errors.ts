// Error codes of the protocol that the page acts on; the compiler compares them with the protocol's own.
import type { ERRORS } from '../../remote-agent/protocol/messages.ts';

/** The filter is wrong; the error's data says where. */
export const ERROR_FILTER = 1001 satisfies (typeof ERRORS)['filter'];
