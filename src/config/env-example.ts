import type { Integration } from '../domain/carrier.ts';
import { integrationSettings } from './integration-settings.ts';
import { SETTINGS } from './settings.ts';

/** The text of `.env.example`: every setting with its meaning, made from the settings themselves. */
export function envExample(integrations: readonly Integration[]): string {
  const groups = Map.groupBy(Object.values(SETTINGS), ({ group }) => group);
  const general = [...groups].map(([group, settings]) =>
    [
      `## ${group}`,
      ...settings.map(({ name, help, default: value }) => `# ${help}\n${value === null ? '' : '# '}${name}=${value ?? ''}`),
    ].join('\n'),
  );
  const accounts = integrations
    .filter(({ settings }) => settings.length > 0)
    .map((integration) =>
      [
        `## ${integration.name}`,
        ...integrationSettings(integration).map(({ name, help }) => `${help === '' ? '' : `# ${help}\n# `}${integration.prefix}_${name}=`),
      ].join('\n'),
    );
  const head = [
    '# Settings of pond-bulk. A flag wins over the environment, that over this file (.env), that over the default.',
    '# It holds secrets: chmod 600 .env. For production one that is open to others is refused.',
    '# A second service provider of the same integration: the same names with _<SERVICE PROVIDER ID> at the end.',
    '# CHANGE_TYPE_<NAME>, INTEGRATION_<NAME> and PORTAL_TYPE_<NAME> give numbers where the look-up tables have none, e.g. CHANGE_TYPE_CARRIERRATEPLANCHANGE=7',
  ].join('\n');
  return `${[head, ...general, ...accounts].join('\n\n')}\n`;
}
