"""A sender of your own, to begin with: a Lambda function that is subscribed to the topic CodeTopic.

Replace `send` by a call of your provider. What the members of a message mean is in the section "Codes by a sender of your own" of
functions/README.md. On your machine it takes an event as Lambda would pass it:

    python3 events/code-subscriber/subscriber.py --now 2026-11-22T10:00:01Z < events/code-subscriber/code.json
"""

import json
import sys
from datetime import datetime, timezone


def handler(event, _context):
    """Sends each message of an event. What it raises makes SNS deliver the event again."""
    for record in event["Records"]:
        deliver(json.loads(record["Sns"]["Message"]), datetime.now(timezone.utc))


def deliver(message, now):
    """Sends a message, unless its code has expired while SNS tried to deliver it."""
    expires_at = message["expires_at"]
    if expires_at is not None and time_of(expires_at) <= now:
        log("expired", message)
        return
    send(message)
    log("sent", message)


def send(message):
    """Sends nothing. A provider takes `phone` and `text`; one with templates of its own, such as WhatsApp, takes `phone`, `language` and
    `code`, which a notice does not have. Give it `id` as its idempotency key: SNS delivers at least once."""


def log(what, message):
    """Writes no code and no phone into the log, only what helps to find them."""
    masked = f"{message['phone'][:4]}…{message['phone'][-2:]}"
    shown = {name: message[name] for name in ("id", "purpose", "country", "language")}
    print(json.dumps({"event": what, "phone": masked, **shown}, ensure_ascii=False))


def time_of(text):
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


if __name__ == "__main__":
    given = sys.argv[1:]
    now = time_of(given[1]) if given[:1] == ["--now"] else datetime.now(timezone.utc)
    for one in json.load(sys.stdin)["Records"]:
        deliver(json.loads(one["Sns"]["Message"]), now)
