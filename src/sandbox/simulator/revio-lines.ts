import { z } from 'zod';

const serviceSchema = z.object({
  service_id: z.number().int(),
  customer_id: z.number().int(),
  provider_id: z.number().int().nullable(),
  number: z.string(),
  number2: z.string().nullable(),
  disconnected_date: z.string().nullable(),
});
const productSchema = z.object({
  service_product_id: z.number().int(),
  service_id: z.number().int(),
  product_id: z.number().int(),
  rate: z.number().nullable(),
  status: z.string(),
});

/** Everything simulated Rev.io knows, as JSON. */
export const linesSchema = z.object({
  customers: z.array(z.number().int()),
  services: z.array(serviceSchema),
  products: z.array(productSchema),
  nextId: z.number().int(),
});

export type Service = z.output<typeof serviceSchema>;
export type Product = z.output<typeof productSchema>;

interface LinesState {
  readonly customers: readonly number[];
  readonly services: readonly Service[];
  readonly products: readonly Product[];
  readonly nextId: number;
}

/** Service lines and their products, found without looking through all of them. */
export interface RevioLines {
  hasCustomer(customerId: number): boolean;
  service(serviceId: number): Service | undefined;
  /** Lines with this number or second number, all of them for null. */
  services(number: string | null): readonly Service[];
  /** Products of a line (null: of all) in this status (null: in any). */
  products(serviceId: string | null, status: string | null): readonly Product[];
  keepService(service: Service): void;
  keepProduct(product: Product): void;
  nextId(): number;
  state(): LinesState;
}

/** Service lines and products of the simulated Rev.io. */
export function createRevioLines(initial: LinesState): RevioLines {
  const customers = new Set(initial.customers);
  const services = new Map<number, Service>();
  const byNumber = new Map<string, Service[]>();
  const products: Product[] = [];
  const byService = new Map<number, Product[]>();
  let { nextId } = initial;

  const lines: RevioLines = {
    hasCustomer: (customerId) => customers.has(customerId),
    service: (serviceId) => services.get(serviceId),
    services: (number) => (number === null ? [...services.values()] : (byNumber.get(number) ?? [])),
    products: (serviceId, status) =>
      (serviceId === null ? products : (byService.get(Number(serviceId)) ?? [])).filter(
        (each) => status === null || each.status === status,
      ),
    keepService: (service) => {
      services.set(service.service_id, service);
      for (const number of new Set([service.number, service.number2])) {
        if (number !== null && number !== '') append(byNumber, number, service);
      }
    },
    keepProduct: (product) => {
      products.push(product);
      append(byService, product.service_id, product);
    },
    nextId: () => nextId++,
    state: () => ({ customers: [...customers], services: [...services.values()], products, nextId }),
  };
  for (const each of initial.services) lines.keepService(each);
  for (const each of initial.products) lines.keepProduct(each);
  return lines;
}

function append<Key, Value>(lists: Map<Key, Value[]>, key: Key, value: Value): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [value]);
  else list.push(value);
}
