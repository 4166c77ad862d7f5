// Other people's code that the command uses. The build puts it into this file, so that the package depends on nothing.
export { CsvError, parse as parseCsv } from "csv-parse/sync";
export { distance } from "fastest-levenshtein";
export { eastAsianWidth } from "get-east-asian-width";
