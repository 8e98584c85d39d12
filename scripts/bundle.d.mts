export declare function bundleLibrary(folder: string): Promise<void>;
export declare function bundleCommandLine(folder: string): Promise<void>;
