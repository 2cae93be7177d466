// What the language service answers, in offsets of the text; the server turns it into the protocol's shapes.

export interface Problem { readonly start: number; readonly end: number; readonly message: string; readonly severity: 'error' | 'warning'; readonly code: string }
export interface Proposal {
  readonly label: string;
  readonly kind: 'field' | 'function' | 'callback' | 'module' | 'value' | 'operator' | 'keyword' | 'global';
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
