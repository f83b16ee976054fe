"""Reads streams with Mastodon.py and prints each event as a line of JSON: {"stream", "event", "payload"}.

Arguments: the platform's URL, the token, and the streams as a JSON array of {"title", "name", "tag", "list"}.
"""
import json
import sys
import threading

from mastodon import Mastodon, StreamListener

platform, token, streams = sys.argv[1], sys.argv[2], json.loads(sys.argv[3])
lock = threading.Lock()


class Printer(StreamListener):
    """Prints the id of a payload, or the payload itself where it is none."""

    def __init__(self, title):
        self.title = title

    def print_event(self, event, payload=None):
        line = {"stream": self.title, "event": event}
        if payload is not None:
            line["payload"] = str(payload["id"] if isinstance(payload, dict) and "id" in payload else payload)
        with lock:
            print(json.dumps(line), flush=True)

    def on_update(self, status):
        self.print_event("update", status)

    def on_delete(self, status_id):
        self.print_event("delete", status_id)

    def on_notification(self, notification):
        self.print_event("notification", notification)

    def on_filters_changed(self):
        self.print_event("filters_changed")

    def on_conversation(self, conversation):
        self.print_event("conversation", conversation)

    def on_announcement(self, announcement):
        self.print_event("announcement", announcement)

    def on_announcement_reaction(self, reaction):
        self.print_event("announcement.reaction", reaction["name"])

    def on_announcement_delete(self, announcement_id):
        self.print_event("announcement.delete", announcement_id)

    def on_status_update(self, status):
        self.print_event("status.update", status)

    def on_unknown_event(self, name, unknown_event=None):
        self.print_event(name, unknown_event)

    def on_abort(self, err):
        self.print_event("aborted", err)


client = Mastodon(access_token=token, api_base_url=platform)
openers = {
    "user": lambda stream, printer: client.stream_user(printer, run_async=True),
    "public": lambda stream, printer: client.stream_public(printer, run_async=True),
    "public:local": lambda stream, printer: client.stream_local(printer, run_async=True),
    "hashtag": lambda stream, printer: client.stream_hashtag(stream["tag"], printer, run_async=True),
    "hashtag:local": lambda stream, printer: client.stream_hashtag(stream["tag"], printer, local=True, run_async=True),
    "list": lambda stream, printer: client.stream_list(stream["list"], printer, run_async=True),
    "direct": lambda stream, printer: client.stream_direct(printer, run_async=True),
}
for stream in streams:
    openers[stream["name"]](stream, Printer(stream["title"]))
threading.Event().wait()
