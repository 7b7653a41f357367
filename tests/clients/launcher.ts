// What is there beside the API: the launcher's text messages, messages for inboxes, and the operator's tokens.

import * as assert from "node:assert/strict";
import { execFileSync } from "node:child_process";

/** The base URL of the launcher. */
export const base = process.argv[2]!;
const called: string[] = [];

/** Remembers that an operation was called. */
export async function call<T>(operation: string, answer: Promise<T>): Promise<T> {
    called.push(operation);
    return answer;
}

/** Prints what was called, for the table. */
export function run(main: () => Promise<void>): void {
    main()
        .then(() => console.log(`called: ${[...new Set(called)].join(" ")}`))
        .catch((error) => {
            console.error(error);
            process.exit(1);
        });
}

/** The newest code that was sent. */
export async function newestCode(): Promise<string> {
    const messages = await (await fetch(`${base}/_local/messages`)).text();
    return [...messages.matchAll(/(\d{6}) is your/g)].at(-1)![1]!;
}

/** Publishes three messages to a phone, and waits until `unread` says that the inbox has them. */
export async function fillInbox(phone: string, unread: () => Promise<number | undefined>): Promise<void> {
    for (const number of [1, 2, 3]) {
        const message = { id: `${phone}-${number}`, to: { phone }, title: `Message ${number}`, data: { number } };
        const answer = await fetch(`${base}/_local/notify`, { method: "POST", body: JSON.stringify(message) });
        assert.equal(answer.status, 202);
    }
    const until = Date.now() + 20_000;
    while ((await unread()) !== 3) {
        assert.ok(Date.now() < until, "the inbox does not have the messages");
        await new Promise((resolve) => setTimeout(resolve, 200));
    }
}

/** A token with which the operator may credit a customer, once. */
export function operatorToken(customer: string): string {
    return execFileSync("tests/clients/operator_token", [customer], { encoding: "utf8" }).trim();
}

/** The cursor of an address in a page. */
export function cursorOf(next: string | null): string {
    return new URL(next!).searchParams.get("cursor")!;
}
