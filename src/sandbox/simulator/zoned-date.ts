import { z } from 'zod';

const day = z.iso.date();

/** A day of the calendar with its zone and no time, as carriers and Rev.io take it: `2026-12-01Z`. */
export const zonedDate = z
  .string()
  .refine((text) => text.endsWith('Z') && day.safeParse(text.slice(0, -1)).success, 'must be a day as yyyy-MM-ddZ');
