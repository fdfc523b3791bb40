import type { SimulatedAnswer } from './service.ts';

/** An error of Connectivity Management. */
export function refused(status: number, code: string, errorMessage: string): SimulatedAnswer {
  return { status, body: { errorCode: `UnifiedWebService.${code}`, errorMessage } };
}

/** An error of the gateway before it. */
export function fault(status: number, code: string, message: string, description: string): SimulatedAnswer {
  return { status, body: { fault: { code, message, description } } };
}

/** The gateway again, in XML. */
export function xmlFault(status: number, message: string): SimulatedAnswer {
  return {
    status,
    headers: { 'Content-Type': 'application/xml' },
    body: `<am:fault xmlns:am="http://wso2.org/apimanager"><am:code>${status}</am:code><am:type>Status report</am:type><am:message>${message}</am:message></am:fault>`,
  };
}
