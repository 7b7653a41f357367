// Tests the module that apps take for their tokens (functions/docs/site/session.ts, compiled) against a launcher: one refresh for many
// calls, no log-out for a lost answer, a failure of the server or a phone without network.
//
//     node tests/browser/session.mjs BASE_URL COMPILED_MODULE

import assert from "node:assert/strict";
import { pathToFileURL } from "node:url";

const [base, compiled] = process.argv.slice(2);
const { Session, RefreshFailed } = await import(pathToFileURL(compiled).href);
const REFRESH = "/api/refresh-token/";
let phone = 2025550100;

async function post(path, body) {
    const answer = await fetch(base + path, { method: "POST", body: JSON.stringify(body), headers: { "Content-Type": "application/json" } });
    assert.ok(answer.ok, `${path}: ${answer.status}`);
    return answer.status === 204 ? null : answer.json();
}

async function logIn() {
    const number = `+1${++phone}`;
    const { challenge } = await post("/api/send-otp/", { phone: number });
    const messages = await (await fetch(`${base}/_local/messages`)).text();
    const [otp] = messages.match(/\d{6}(?= is your)/g).slice(-1);
    const { access, refresh } = await post("/api/customer/authenticate/", { phone: number, challenge, otp });
    return { access, refresh };
}

// A session whose access token has expired, what it stores, and what it sends. `change` may replace the answer to a refresh, or throw.
async function expired(change = (answer) => answer) {
    const log = { refreshes: [], stored: [], loggedOut: 0 };
    const first = await logIn();
    let kept = first;
    await post("/_local/clock", { advance: 901 });
    const store = {
        load: async () => kept,
        save: async (tokens) => {
            kept = tokens;
            log.stored.push(tokens);
        },
    };
    const session = new Session({
        baseUrl: base,
        store,
        pauses: [1, 1, 1],
        onLoggedOut: () => (log.loggedOut += 1),
        fetch: async (url, init) => {
            if (!url.endsWith(REFRESH)) {
                const used = new Headers(init.headers).get("Authorization");
                // An access token is used only after the pair that it came with is stored.
                assert.ok([first, ...log.stored].some((tokens) => used === `Bearer ${tokens.access}`));
                return fetch(url, init);
            }
            const answer = await fetch(url, init);
            log.refreshes.push(JSON.parse(init.body).refresh);
            return change(answer, log.refreshes.length);
        },
    });
    return { session, log, store, tokens: () => kept };
}

const statuses = (answers) => [...new Set(answers.map((answer) => answer.status))];
const profile = (session) => session.fetch("/api/customer/");
const lost = () => {
    throw new TypeError("fetch failed");
};

const tests = {
    async "fifty calls at once with an expired access token make one refresh"() {
        const { session, log } = await expired();
        const answers = await Promise.all(Array.from({ length: 50 }, () => profile(session)));
        assert.deepEqual(statuses(answers), [200]);
        assert.equal(log.refreshes.length, 1);
        assert.equal(log.stored.length, 1);
    },
    async "a lost answer is asked for again with the same token, and nobody is logged out"() {
        const { session, log, tokens } = await expired((answer, number) => (number <= 2 ? lost() : answer));
        assert.deepEqual(statuses(await Promise.all([profile(session), profile(session)])), [200]);
        assert.equal(log.refreshes.length, 3);
        assert.equal(new Set(log.refreshes).size, 1);
        assert.equal(log.loggedOut, 0);
        assert.notEqual(tokens().refresh, log.refreshes[0]);
    },
    async "an answer that is lost for good is had hours later"() {
        const { session, log, tokens } = await expired((answer, number) => (number <= 4 ? lost() : answer));
        const before = tokens();
        await assert.rejects(profile(session), RefreshFailed);
        assert.deepEqual(tokens(), before);
        await post("/_local/clock", { advance: 5 * 3600 });
        assert.equal((await profile(session)).status, 200);
        assert.equal(new Set(log.refreshes).size, 1);
        assert.equal(log.loggedOut, 0);
    },
    async "no answer but 401 logs out"() {
        const page = () => new Response("<html>log in to the hotel's network", { status: 200 });
        for (const made of [500, 502, 503, 429, 403, 426, page]) {
            const change = () => (made === page ? page() : new Response("{}", { status: made }));
            const { session, log, tokens } = await expired((answer, number) => (number <= 4 ? change() : answer));
            const before = tokens();
            await assert.rejects(profile(session), RefreshFailed);
            assert.deepEqual([tokens(), log.loggedOut, log.stored.length], [before, 0, 0], String(made));
        }
    },
    async "a session that has ended is logged out once, and its tokens are deleted"() {
        const { session, log, tokens } = await expired();
        const { access } = await post(REFRESH, { refresh: tokens().refresh });
        const headers = { Authorization: `Bearer ${access}` };
        assert.equal((await fetch(`${base}/api/logout-device/`, { method: "POST", headers })).status, 204);
        const answers = await Promise.all([profile(session), profile(session), profile(session)]);
        assert.deepEqual(statuses(answers), [401]);
        assert.deepEqual([log.refreshes.length, log.loggedOut, tokens()], [1, 1, null]);
    },
    async "tokens that cannot be stored are not used, and the next call gets them again"() {
        const { session, store } = await expired();
        const { save } = store;
        store.save = async () => {
            throw new Error("the keychain is locked");
        };
        await assert.rejects(profile(session), /keychain/);
        store.save = save;
        assert.equal((await profile(session)).status, 200);
    },
    async "a second process with the same store takes what the first has refreshed"() {
        const { session, log, store } = await expired();
        const second = new Session({ baseUrl: base, store });
        await second.fetch("/api/app-info/");
        assert.equal((await profile(session)).status, 200);
        assert.equal((await profile(second)).status, 200);
        assert.equal(log.refreshes.length, 1);
        assert.equal(log.stored.length, 1);
    },
    async "a log-out during a refresh is not undone"() {
        const held = {};
        const { session, tokens } = await expired(async (answer) => {
            held.reached();
            await held.released;
            return answer;
        });
        const reached = new Promise((resume) => (held.reached = resume));
        held.released = new Promise((resume) => (held.release = resume));
        const call = profile(session);
        await reached;
        await session.set(null);
        held.release();
        assert.equal((await call).status, 401);
        assert.equal(tokens(), null);
    },
};

for (const [name, test] of Object.entries(tests)) {
    await test();
    console.log(`ok: ${name}`);
}
