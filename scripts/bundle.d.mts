export declare function bundleLibrary(folder: string): Promise<void>;
export declare function bundleCommandLine(folder: string): Promise<void>;
export declare function bundlePage(): Promise<{ readonly script: string; readonly style: string }>;
