"""A message keeps its key through every delivery, and no two messages have one."""

from __future__ import annotations

from bot.messages import AnyMessage
from bot.wechat.parsing import parse
from tests.bot.wechat.documents import document, words


def test_a_key_is_32_hex_digits_and_names_nobody() -> None:
    """A key can stand in logs and rows."""
    key = parse(words("x")).key
    assert len(key) == 32
    assert set(key) <= set("0123456789abcdef")


def test_keys_stand_in_the_order_of_their_seconds() -> None:
    """What was sent later has the larger key, so that rows which come together are written together."""
    seconds = (0, 9, 10, 1_795_312_800, 1_795_312_801, 1_800_000_000)
    content = "<Content><![CDATA[x]]></Content><MsgId>23000000000000001</MsgId>"
    keys = [parse(document("text", content, created=str(second))).key for second in seconds]
    assert keys == sorted(set(keys))


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
