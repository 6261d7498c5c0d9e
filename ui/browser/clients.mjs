// Clients of the broker that tests/ui/real.py started: the article's two programs, and kcat.
import { execFileSync, spawn } from "node:child_process";
import { createInterface } from "node:readline";

const { RIACHO_BINARY: binary, RIACHO_BROKER: broker } = process.env;
const patience = 60_000;

/** The article's producer, to its end: Hello, Kafka and World. */
export const articleProducer = () => execFileSync(binary, ["run", "producer", "--bootstrap-servers", broker], { timeout: patience });

/** A program that goes on until it is stopped, and what it says, line by line. */
export class Client {
    constructor(command, ...words) {
        this.lines = [];
        this.waiting = [];
        this.process = spawn(command, words, { stdio: ["pipe", "pipe", "ignore"] });
        this.ended = new Promise((resolve) => this.process.once("close", resolve));
        createInterface(this.process.stdout).on("line", (line) => {
            this.lines.push(line);
            this.waiting.forEach((look) => look());
        });
    }
    says(words) {
        return new Promise((resolve, reject) => {
            const late = setTimeout(() => reject(new Error(`never said ${words}:\n${this.lines.join("\n")}`)), patience);
            const look = () => {
                if (!this.lines.some((line) => line.includes(words))) return;
                clearTimeout(late);
                resolve();
            };
            this.waiting.push(look);
            look();
        });
    }
    /** As Ctrl-C does. */
    stop() {
        this.process.kill("SIGINT");
        return this.ended;
    }
}

export const articleConsumer = () => new Client(binary, "run", "consumer", "--bootstrap-servers", broker);

/** Produces messages, each "key:value", with the same headers. */
export function produce(topic, messages, headers = []) {
    const words = ["-b", broker, "-P", "-t", topic, "-K:", ...headers.flatMap((header) => ["-H", header])];
    execFileSync("kcat", words, { input: messages.map((one) => `${one}\n`).join(""), timeout: patience });
}

/** A member of a group, until it is stopped. */
export const member = (group, topic, id) => new Client("kcat", "-b", broker, "-G", group, "-X", "auto.offset.reset=earliest", "-X", `client.id=${id}`, "-u", topic);
