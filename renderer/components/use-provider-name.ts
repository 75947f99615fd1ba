/** Providers by the names that their owner gave them. */
import { useCall } from '../bridge/hooks.ts';

/** Of the model with this reference; one that is gone is called as its models were asked for. */
export function useProviderName(): (model: string) => string {
  const providers = useCall('providers.list', {}).value ?? [];
  return (model) => {
    const provider = model.slice(0, model.indexOf('/'));
    return providers.find(({ id }) => id === provider)?.name ?? provider;
  };
}
