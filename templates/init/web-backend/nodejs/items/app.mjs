import { handle } from "./items.mjs";
import { table } from "./table.mjs";

export const lambdaHandler = async (event) => handle(table, event);
