export interface ServerEvent {
    event: string;
    data: string;
}

/** Server-sent events out of pieces of text that break anywhere (WHATWG HTML, 9.2.6; `id` and `retry` are not used). */
export class EventParser {
    private rest = "";
    private name = "";
    private data: string[] = [];

    feed(text: string): ServerEvent[] {
        const found: ServerEvent[] = [];
        const lines = (this.rest + text).split(/\r\n|\n|\r(?!$)/);
        this.rest = lines.pop() ?? "";
        for (const line of lines) {
            if (line === "") this.dispatch(found);
            else this.field(line);
        }
        return found;
    }

    private dispatch(found: ServerEvent[]): void {
        if (this.data.length > 0) found.push({ event: this.name || "message", data: this.data.join("\n") });
        this.name = "";
        this.data = [];
    }

    private field(line: string): void {
        const colon = line.indexOf(":");
        const name = colon < 0 ? line : line.slice(0, colon);
        const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
        if (name === "event") this.name = value;
        else if (name === "data") this.data.push(value);
    }
}
