// What the language service answers, in offsets of the text; the server turns it into the protocol's shapes.

/** Id of the language of chisels. */
export const CHISEL = 'chisel';
/** What the client tells the server at its start. */
export interface LanguageOptions { /** Paths of folders with chisels, in the order in which they are searched. */ readonly chiselFolders: readonly string[] }

export interface Problem { readonly start: number; readonly end: number; readonly message: string; readonly severity: 'error' | 'warning'; readonly code: string; /** Can go without being missed. */ readonly unused?: true }
export function error(start: number, end: number, message: string, code: string): Problem { return { start, end: Math.max(end, start + 1), message, severity: 'error', code }; }
export function warning(start: number, end: number, message: string, code: string): Problem { return { ...error(start, end, message, code), severity: 'warning' }; }

export interface Proposal {
  readonly label: string;
  readonly kind: 'field' | 'function' | 'callback' | 'module' | 'value' | 'operator' | 'keyword' | 'global' | 'variable' | 'property';
  readonly detail: string;
  /** Markdown. */
  readonly documentation?: string;
  readonly insert: string;
  /** `insert` holds tab stops. */
  readonly snippet?: boolean;
  readonly start: number;
  readonly end: number;
}
export interface HoverText { readonly start: number; readonly end: number; /** Markdown. */ readonly markdown: string }
export interface SignatureText { readonly label: string; readonly documentation: string; readonly parameters: readonly { readonly label: string; readonly documentation: string }[]; readonly active: number }
