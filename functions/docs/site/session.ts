// The tokens of a log-in, kept and refreshed for all calls of an app.
//
// It depends on nothing but `fetch`: copy it into your app. "Refresh in clients" in the documentation explains it.

/** What a log-in and a refresh answer with. */
export interface Tokens {
    access: string;
    refresh: string;
}

/** Where the tokens outlive the app's process: a keychain, an encrypted file. */
export interface TokenStore {
    load(): Promise<Tokens | null>;
    /** Resolves when the tokens are written; null deletes them. */
    save(tokens: Tokens | null): Promise<void>;
}

export interface SessionOptions {
    /** The address of the stack, without a slash at its end. */
    baseUrl: string;
    store: TokenStore;
    /** Called when a refresh was refused and the tokens are deleted: show the log-in. */
    onLoggedOut?: () => void;
    fetch?: typeof fetch;
    /** The pauses before each repeat of a refresh, in milliseconds. */
    pauses?: number[];
    /** How long a refresh may take, in milliseconds. */
    timeout?: number;
}

/** A refresh got no answer that says whether the session has ended. The tokens are kept; try again later. */
export class RefreshFailed extends Error {
    constructor(readonly reason: unknown) {
        super(`the session could not be refreshed: ${reason}`);
    }
}

export class Session {
    private tokens: Tokens | null = null;
    private loading: Promise<void> | null = null;
    private refreshing: Promise<Tokens | null> | null = null;

    constructor(private readonly options: SessionOptions) {}

    /** Takes the tokens of a log-in, or null after a log-out. */
    async set(tokens: Tokens | null): Promise<void> {
        await this.loaded();
        this.tokens = tokens;
        await this.options.store.save(tokens);
    }

    /** `fetch` with the access token. Its body must be one that can be sent twice, so no stream. */
    async fetch(path: string, init: RequestInit = {}): Promise<Response> {
        await this.loaded();
        const sent = this.tokens;
        const answer = await this.send(path, init, sent);
        if (answer.status !== 401 || !sent) return answer;
        const renewed = this.tokens !== sent ? this.tokens : await this.refresh();
        return renewed ? this.send(path, init, renewed) : answer;
    }

    /** One refresh for all callers. Resolves to null when the session has ended. */
    refresh(): Promise<Tokens | null> {
        this.refreshing ??= this.refreshNow().finally(() => (this.refreshing = null));
        return this.refreshing;
    }

    private async refreshNow(): Promise<Tokens | null> {
        await this.loaded();
        const before = this.tokens;
        if (!before) return null;
        const elsewhere = await this.refreshedElsewhere(before);
        if (elsewhere || this.tokens !== before) return this.tokens;
        const renewed = await this.askUntilAnswered(before);
        // The customer logged in or out in the meantime.
        if (this.tokens !== before) return this.tokens;
        if (renewed) {
            // Stored first: a token that is used and then lost cannot be had again.
            await this.options.store.save(renewed);
            if (this.tokens !== before) await this.options.store.save(this.tokens);
            else this.tokens = renewed;
            return this.tokens;
        }
        const late = await this.refreshedElsewhere(before);
        if (late || this.tokens !== before) return this.tokens;
        await this.set(null);
        this.options.onLoggedOut?.();
        return null;
    }

    /** Another process of the app with the same store may have refreshed already. */
    private async refreshedElsewhere(before: Tokens): Promise<Tokens | null> {
        const stored = await this.options.store.load();
        if (!stored || stored.refresh === before.refresh || this.tokens !== before) return null;
        return (this.tokens = stored);
    }

    /** Sends the same refresh token again until an answer arrives. Null: refused, the session has ended. */
    private async askUntilAnswered({ refresh }: Tokens): Promise<Tokens | null> {
        const pauses = this.options.pauses ?? [500, 1000, 2000, 4000];
        for (let attempt = 0; ; attempt++) {
            let reason: unknown;
            let pause: number | undefined = pauses[attempt];
            try {
                const answer = await this.post("/api/refresh-token/", { refresh });
                if (answer.status === 401) return null;
                if (answer.ok) {
                    const { access, refresh } = (await answer.json()) as Tokens;
                    if (access && refresh) return { access, refresh };
                }
                reason = `status ${answer.status}`;
                const seconds = Number(answer.headers.get("Retry-After"));
                if (pause !== undefined && seconds > 0) pause = seconds * 1000;
                // Repeating any other refusal would change nothing, and nobody waits for maintenance.
                const refused = answer.status >= 400 && answer.status < 500 && answer.status !== 429;
                if (refused || seconds > 10) pause = undefined;
            } catch (error) {
                reason = error;
            }
            if (pause === undefined) throw new RefreshFailed(reason);
            await new Promise((resume) => setTimeout(resume, pause));
        }
    }

    private post(path: string, body: object): Promise<Response> {
        return this.send(path, {
            method: "POST",
            headers: { "Content-Type": "application/json" },
            body: JSON.stringify(body),
            signal: AbortSignal.timeout(this.options.timeout ?? 20_000),
        }, null);
    }

    private send(path: string, init: RequestInit, tokens: Tokens | null): Promise<Response> {
        const headers = new Headers(init.headers);
        if (tokens) headers.set("Authorization", `Bearer ${tokens.access}`);
        return (this.options.fetch ?? fetch)(this.options.baseUrl + path, { ...init, headers });
    }

    private loaded(): Promise<void> {
        this.loading ??= this.options.store.load().then((tokens) => {
            this.tokens = tokens;
        }, (error) => {
            this.loading = null;
            throw error;
        });
        return this.loading;
    }
}
