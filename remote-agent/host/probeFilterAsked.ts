// Events that only come when somebody asks for them: by an option, or by a chisel that uses them.
import type { CaptureProfile } from '../addon/porthole.d.ts';

/** Their types, as evt.type has them. */
export const ASKED_FOR = ['switch', 'page_fault'] as const;
export type AskedFor = (typeof ASKED_FOR)[number];

const IN_CHISELS: Readonly<Record<AskedFor, RegExp>> = { switch: /evt\.type\s*=\s*switch\b|\bthread\.(?:tot)?exectime\b|["']switch["']/, page_fault: /evt\.type\s*=\s*page_fault\b|["']page_fault["']/ };

/** What the types, and the texts of chisels, ask of the probe. */
export function askedOf(types: readonly AskedFor[], chisels: readonly string[]): CaptureProfile {
  const wants = (type: AskedFor): boolean => types.includes(type) || chisels.some((text) => IN_CHISELS[type].test(text));
  return { ...(wants('switch') ? { switches: true } : {}), ...(wants('page_fault') ? { pageFaults: true } : {}) };
}
