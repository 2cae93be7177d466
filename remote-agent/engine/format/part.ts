// What a format is made of.
import type { FieldRef } from '../fields/index.ts';

/** A piece of a format: text as it stands, or a field. */
export type FormatPart = { readonly literal: string } | { readonly ref: FieldRef; readonly width: number; readonly written: string };
