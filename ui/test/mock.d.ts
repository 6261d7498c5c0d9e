declare module "*/mock/server.mjs" {
    export class Mock {
        constructor(options: { folder: string; password?: string | null; readOnly?: boolean; delay?: number });
        listen(port?: number): Promise<string>;
        close(): Promise<void>;
    }
}
