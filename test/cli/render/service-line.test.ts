import { expect, test } from 'vitest';

import { serviceLineText } from '../../../src/cli/render/service-line.ts';
import type { ServiceOrder } from '../../../src/domain/assignment.ts';
import type { ChangeRequest } from '../../../src/domain/change-request.ts';

const order: ServiceOrder = {
  serviceTypeId: 3,
  revProviderId: 12,
  packageId: null,
  products: [],
  prorate: false,
  description: null,
  usagePlanGroupId: null,
};
const ONE_DAY = { first: '2026-12-24', last: '2026-12-24' };
const TWO_DAYS = { first: '2026-12-24', last: '2027-01-01' };

const asked = (service: Partial<ServiceOrder> | null, more: Partial<ChangeRequest & { kind: 'assign-customer' }> = {}): ChangeRequest => ({
  kind: 'assign-customer',
  today: '2026-11-21',
  service: service === null ? null : { ...order, ...service },
  useCarrierActivation: false,
  activatedDate: null,
  ...more,
});

test.each([
  ['none', asked(null), ONE_DAY, null],
  ['asked for, but no customer is at Rev.io', asked({}), null, null],
  ['of a plan change', { kind: 'change-rate-plan', today: '2026-11-21', refuseActiveRevServices: false } as const, null, null],
  ['no product', asked({}), ONE_DAY, 'type 3, provider 12, no products, not prorated'],
  [
    'products, prorated',
    asked({
      products: [
        { productId: 501, rate: 4.99 },
        { productId: 502, rate: 0 },
      ],
      prorate: true,
    }),
    ONE_DAY,
    'type 3, provider 12, product 501 at 4.99, product 502 at 0, prorated from 2026-12-24',
  ],
  [
    'a package, rows with days of their own',
    asked({ packageId: 7, prorate: true, usagePlanGroupId: 2 }, { activatedDate: '2026-01-01' }),
    TWO_DAYS,
    'type 3, provider 12, package 7, usage plan group 2, prorated from days between 2026-12-24 and 2027-01-01, activated 2026-01-01',
  ],
])('the service line that will be made is told in words: %s', (_name, request, days, text) => {
  expect(serviceLineText(request, { serviceDays: days })).toBe(text === null ? null : `a service line each at Rev.io: ${text}`);
});
