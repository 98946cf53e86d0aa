"""A message keeps its key through every delivery, and no two messages have one."""

from __future__ import annotations

import re

from bot.messages import AnyMessage
from bot.wechat.parsing import parse
from tests.bot.wechat.documents import document, words


def test_a_key_is_32_hex_digits_that_grow_with_the_second() -> None:
    """A key names nobody, so it can stand in logs; rows that come together are written together."""
    body = "<Content>x</Content><MsgId>1</MsgId>"
    keys = [parse(document("text", body, created=f"{second}")).key for second in (0, 9, 10, 2_000_000_000)]
    assert keys == sorted({key for key in keys if re.fullmatch("[0-9a-f]{32}", key)})


def test_a_message_is_known_by_its_msgid() -> None:
    """The same MsgId is the same message, however its other nodes are written; another is another."""
    first = parse(words("x"))
    again = parse(words("x").replace(b"<xml>", b"\n<xml>\n").replace(b"</xml>", b"<Encrypt>QQ==</Encrypt></xml>"))
    assert again.key == first.key
    assert parse(words("x", msgid="23000000000000002")).key != first.key
    assert parse(words("x").replace(b"oTest", b"oRest")).key != first.key
    assert parse(words("x").replace(b"1767225600", b"1767225601")).key != first.key


def event(name: str, body: str = "") -> AnyMessage:
    """An event of one follower in one second."""
    return parse(document("event", f"<Event><![CDATA[{name}]]></Event>{body}"))


def test_events_of_one_second_do_not_collide() -> None:
    """A scan, the following and the clicks of one second, and the reports of one job, are each their own."""
    sent = "<SubscribeMsgSentEvent><List><MsgID>{}</MsgID><ErrorCode>0</ErrorCode></List></SubscribeMsgSentEvent>"
    done = "<PublishEventInfo><publish_id>{}</publish_id><publish_status>0</publish_status></PublishEventInfo>"
    events = [
        event("subscribe"),
        event("unsubscribe"),
        event("subscribe", "<EventKey>qrscene_a</EventKey>"),
        event("SCAN", "<EventKey>a</EventKey>"),
        event("SCAN", "<EventKey>b</EventKey>"),
        event("CLICK", "<EventKey>a</EventKey>"),
        event("TEMPLATESENDJOBFINISH", "<MsgID>1</MsgID><Status>success</Status>"),
        event("TEMPLATESENDJOBFINISH", "<MsgID>2</MsgID><Status>success</Status>"),
        event("MASSSENDJOBFINISH", "<MsgID>1</MsgID><Status>success</Status>"),
        event("subscribe_msg_sent_event", sent.format(1)),
        event("subscribe_msg_sent_event", sent.format(2)),
        event("PUBLISHJOBFINISH", done.format(1)),
        event("PUBLISHJOBFINISH", done.format(2)),
        event("user_authorization_cancellation", "<OpenID>oA</OpenID>"),
        event("user_authorization_cancellation", "<OpenID>oB</OpenID>"),
    ]
    assert len({message.key for message in events}) == len(events)


def test_a_retried_event_keeps_its_key() -> None:
    """Case, space and nodes that identify nothing do not make an event another one."""
    key = event("SCAN", "<EventKey><![CDATA[a]]></EventKey>").key
    assert event("scan", "\n<EventKey>a</EventKey>\n<Ticket>t</Ticket><Encrypt>QQ==</Encrypt>").key == key


def test_messages_without_a_msgid_are_told_apart_by_their_words() -> None:
    """A sender that leaves MsgId out still has two messages in one second told apart."""
    first, second = (parse(document("text", f"<Content>{text}</Content>")) for text in "ab")
    assert first.key != second.key
