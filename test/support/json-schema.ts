import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";

/** Independent check of our JSON against our published schema: ajv knows nothing of zod. */
export const compileSchema = (schema: unknown): ValidateFunction =>
  new Ajv2020({ allErrors: true, strict: true, allowUnionTypes: true }).compile(schema as object);
