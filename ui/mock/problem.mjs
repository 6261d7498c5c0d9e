// What the API answers when it cannot do what was asked.
export class Refused extends Error {
    constructor(status, code, title, detail, more = {}) {
        super(detail);
        this.status = status;
        this.body = { type: "about:blank", title, status, detail, code, ...more };
    }
}

export const notFound = (code, what, name) => new Refused(404, code, `No such ${what}`, `There is no ${what} '${name}'.`);
export const badRequest = (code, title, detail, more) => new Refused(400, code, title, detail, more);
