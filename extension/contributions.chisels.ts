// What the manifest says of chisels and their language: commands, menus, languages, grammars, snippets, settings.
import type { Contributions } from './contributions.ts';

export const CHISEL_CONTRIBUTIONS: Contributions = {};
