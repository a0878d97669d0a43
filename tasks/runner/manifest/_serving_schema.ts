/** The manifest's `serving`: its models are models of this checkout, or versions. */
import { z } from "zod";
import { FAMILY } from "../../../models/family.ts";
import { servingSchemaWith } from "../../../models/snapshot/serving_settings.ts";
import { nearest } from "../../../models/nearest.ts";
import { oneOf } from "../_words.ts";

const VERSION = /^[0-9a-f]{16}$/;
const NAMES = ["champion", ...Object.keys(FAMILY)];

const model = z.string().superRefine((model, context) => {
  if (NAMES.includes(model) || VERSION.test(model)) return;
  context.addIssue({
    code: "custom",
    message: oneOf([...NAMES, "the 16 digits of a version"]),
    params: { nearest: nearest(model, NAMES) },
  });
});

export const serving = servingSchemaWith(model);
