// Views: tables over events, by csysdig's rules.
export { VIEW_CATEGORIES, VIEWS } from './catalogue/index.ts';
export { atDepth, columnsOf, fieldAtDepth, type Aggregation, type ColumnTag, type ViewAction, type ViewColumn, type ViewDef } from './define.ts';
export { cellText, jsonCell, shownColumns, valueOf } from './present.ts';
export { VIEW_FORMS, type ViewForm } from './forms.ts';
export { readView } from './load.ts';
export { average, ViewError, ViewTable, type Cell, type TableColumn, type TableOptions, type TableRow } from './table.ts';
