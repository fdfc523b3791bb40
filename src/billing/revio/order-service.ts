import type { Assignment, ServiceOrder } from '../../domain/assignment.ts';
import type { BillingCustomer, OrderedService } from '../../domain/billing.ts';
import { CallFailed } from '../../domain/call-failed.ts';
import type { Effect } from '../../domain/effect.ts';
import type { HttpCall, HttpClient } from '../../domain/http.ts';
import type { AuditEntry } from '../../domain/outcome.ts';
import type { RowError } from '../../domain/result.ts';
import type { Step, Steps } from '../../domain/step.ts';
import { requestText, sentOf } from '../../http/verdict.ts';
import { revioErrors, type RevioApi, type Service } from './api.ts';
import { productBody, serviceBody, type OrderedProduct } from './order-bodies.ts';

/**
 * Makes sure that the device has a live line of this customer with the wanted products. The lines of the number are
 * read and journaled first: a live one of this customer is completed instead of created again, but with a package, which
 * only a new line can be given: rejects with CallFailed then. A line that an earlier attempt ordered goes first, unless it was
 * disconnected since; one that Rev.io does not show at all is not shown yet.
 */
export async function orderService(
  change: Assignment,
  order: ServiceOrder,
  customer: BillingCustomer,
  steps: Steps,
  { api, http }: { readonly api: RevioApi; readonly http: HttpClient },
): Promise<OrderedService> {
  const number = change.device.msisdn ?? change.device.iccid;
  const customerId = Number(customer.customerId);
  const before = await steps.remember('services before', async () => (await api.services(number, steps.signal)).records);
  const live = before.filter((each) => each.customer_id === customerId && (each.disconnected_date ?? null) === null);
  // Rev.io does not tell the packages of a line: only one that this row ordered itself is known to have it.
  const ordered = steps.earlier<number>('create service');
  const found = live.find((each) => ordered.includes(each.service_id)) ?? live[0];
  if (found !== undefined && order.packageId !== null && !ordered.includes(found.service_id)) throw packageRefused(found);
  const adopted = found?.service_id ?? ordered.findLast((id) => !before.some((each) => each.service_id === id));
  const serviceId =
    adopted ??
    (await steps.step(
      'create service',
      createService(
        number,
        before.map((each) => each.service_id),
      ),
    ));

  const effects: Effect[] = [serviceEffect(serviceId)];
  const audit: AuditEntry[] = [auditOf('Create Rev.io Service: Update AMOP', 'RevService', { RevServiceId: serviceId, Number: number })];
  const attached =
    adopted === undefined ? [] : await steps.remember('products before', async () => (await api.products(serviceId, steps.signal)).records);
  let failure: RowError | null = null;
  for (const product of order.packageId === null ? order.products : []) {
    const known = attached.find(({ product_id }) => product_id === product.productId);
    const created =
      known === undefined
        ? await steps.tryStep(`create product ${product.productId}`, createProduct(product))
        : { ok: true as const, value: known.service_product_id };
    if (!created.ok) {
      failure = {
        ...created.error,
        message: `${created.error.message}. Service ${serviceId} exists; product ${product.productId} could not be added`,
      };
      break;
    }
    effects.push(productEffect(created.value, product));
    audit.push(
      auditOf('Create Rev.io Service Product: Update AMOP', 'RevServiceProduct', {
        ServiceProductId: created.value,
        ProductId: product.productId,
        ServiceId: serviceId,
      }),
    );
  }
  return { serviceId, effects, audit, failure };

  function createService(line: string, idsBefore: readonly number[]): Step<number> {
    const call = api.createService(serviceBody(change, order, customerId, line));
    return creation('Create Rev.io Service: Rev.io API', call, async (signal) => {
      const { records, text } = await api.services(line, signal);
      const made = records.find((each) => each.customer_id === customerId && !idsBefore.includes(each.service_id));
      return { id: made?.service_id, text };
    });
  }

  function createProduct(product: OrderedProduct): Step<number> {
    const call = api.createProduct(productBody(change, order, { customerId, serviceId }, product));
    return creation('Create Rev.io Service Product: Rev.io API', call, async (signal) => {
      const { records, text } = await api.products(serviceId, signal);
      // It is ordered only where the line had none before.
      const made = records.find(({ product_id }) => product_id === product.productId);
      return { id: made?.service_product_id, text };
    });
  }

  /** A POST is not idempotent: after a lost answer the record whose id was not there before is adopted. */
  function creation(
    audited: string,
    call: HttpCall,
    find: (signal: AbortSignal) => Promise<{ readonly id: number | undefined; readonly text: string }>,
  ): Step<number> {
    return {
      audit: audited,
      request: requestText(call),
      send: async (signal) => sentOf(await http.send(call, signal), http, revioErrors, api.parseCreated),
      readBack: async (signal) => {
        try {
          const { id, text } = await find(signal);
          return id === undefined ? { kind: 'absent' } : { kind: 'happened', value: id, response: text };
        } catch (error) {
          if (error instanceof CallFailed) return { kind: 'unclear', error: error.error };
          throw error;
        }
      },
    };
  }

  function serviceEffect(id: number): Effect {
    return {
      kind: 'rev-service',
      revCustomerKey: customer.key,
      number,
      serviceId: id,
      serviceTypeId: order.serviceTypeId,
      providerId: order.revProviderId,
      usagePlanGroupId: order.usagePlanGroupId,
      activatedDate: change.activatedDate,
      description: order.description,
      authenticationId: customer.authenticationId,
    };
  }

  function productEffect(serviceProductId: number, { productId, rate }: OrderedProduct): Effect {
    return {
      kind: 'rev-product',
      serviceProductId,
      customerId: customer.customerId,
      productId,
      packageId: order.packageId,
      serviceId,
      description: order.description,
      rate,
      activatedDate: change.activatedDate,
      authenticationId: customer.authenticationId,
    };
  }
}

function packageRefused({ service_id }: Service): CallFailed {
  return new CallFailed({
    code: 'PACKAGE_FOR_LIVE_SERVICE',
    class: 'billing',
    retryable: false,
    http: null,
    message: `Service ${service_id} exists at Rev.io; a package can only be given to a new line`,
    hint: 'order products instead, or disconnect the line at Rev.io and retry',
  });
}

function auditOf(description: string, table: string, row: object): AuditEntry {
  return { description, request: `${table} ${JSON.stringify(row)}`, response: 'OK', hasErrors: false };
}
