export function bundleFrontend(folder: string): Promise<void>;
