import { Argument, type Command } from "commander";
import { eventSchema, frameSchema, jsonSchemaOf, reportSchema } from "../../report/model/schema.ts";
import { oneOf } from "../option-values.ts";
import type { Surroundings } from "../surroundings.ts";

const schemas = { report: reportSchema, frame: frameSchema, event: eventSchema } as const;
type SchemaName = keyof typeof schemas;
const names = Object.keys(schemas) as SchemaName[];

export function define(command: Command, { help, stdout }: Surroundings): void {
  command
    .addArgument(new Argument("<what>", help.arguments.schema).argParser(oneOf("WHAT", names)))
    .action((what: SchemaName) => {
      stdout.write(`${JSON.stringify(jsonSchemaOf(schemas[what]), null, 2)}\n`);
    });
}
