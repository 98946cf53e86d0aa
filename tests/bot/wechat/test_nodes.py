"""The strict reading of XML: what is found, and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import Malformed
from bot.wechat.nodes import Nodes, read_message, read_nodes

READERS = pytest.mark.parametrize("read", [read_nodes, read_message])
BOMB = (
    '<!DOCTYPE xml [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]><xml><MsgType>text</MsgType><Content>&b;</Content></xml>'
)
MESSAGE = "<xml><MsgType><![CDATA[text]]></MsgType><Content><![CDATA[你好]]></Content></xml>"


@READERS
@pytest.mark.parametrize("before", ["", "\n", "\ufeff", "\ufeff\r\n", "\n\ufeff", '<?xml version="1.0"?>\n'])
def test_a_mark_a_line_or_a_declaration_may_come_first(read: Callable[[bytes], Nodes], before: str) -> None:
    """Some senders begin with a byte order mark, an empty line or a declaration."""
    assert read((before + MESSAGE).encode()).text("Content") == "你好"


def test_a_declared_encoding_is_not_believed() -> None:
    """The platform writes UTF-8, whatever a document says of itself."""
    assert read_nodes(('<?xml version="1.0" encoding="GBK"?>' + MESSAGE).encode()).text("Content") == "你好"


@READERS
@pytest.mark.parametrize(
    "document",
    [
        b"",
        b"success",
        b'{"MsgType": "text"}',
        b"<xml>",
        b"<xml/>",
        b"<xml></xml>",
        b"<xml>words</xml>",
        b"<html><MsgType>text</MsgType></html>",
        b"<xmlns><MsgType>text</MsgType></xmlns>",
        b"<xml><MsgType>text</MsgType></xml><xml/>",
        b"<xml><MsgType>text</Content></xml>",
        b"<xml><MsgType>text</MsgType><Content>\x08</Content></xml>",
        b"<xml><MsgType>text</MsgType><Content>&#8;</Content></xml>",
        b"<xml><MsgType>text</MsgType><Content>&nbsp;</Content></xml>",
        MESSAGE.encode("gbk"),
        MESSAGE.encode("utf-16"),
        b"<!-- a comment -->" + MESSAGE.encode(),
        BOMB.encode(),
        b'<?xml version="1.0"?>' + BOMB.encode(),
        b'<!DOCTYPE xml SYSTEM "file:///etc/passwd"><xml><MsgType>text</MsgType></xml>',
        b'<xml><MsgType>text</MsgType><!DOCTYPE x [<!ENTITY a "a">]></xml>',
    ],
)
def test_anything_but_one_plain_document_is_malformed(read: Callable[[bytes], Nodes], document: bytes) -> None:
    """Broken, foreign, empty and booby-trapped documents are refused in one way."""
    with pytest.raises(Malformed):
        read(document)


@pytest.mark.parametrize(
    "document",
    [
        b"<xml><Content>no type</Content></xml>",
        b"<xml><MsgType/></xml>",
        b"<xml><MsgType>text</MsgType><MsgType>text</MsgType></xml>",
        b"<xml><MsgType><a>text</a></MsgType></xml>",
        b"<xml><MsgType/><Event/></xml>",
        b"<xml><MsgType>event</MsgType><Event>a</Event><Event>b</Event></xml>",
        b"<xml><MsgType>event</MsgType><Event>subscribe</Event><EventKey>a</EventKey><EventKey>b</EventKey></xml>",
    ],
)
def test_a_message_says_what_it_is(document: bytes) -> None:
    """A message without one type, or an event without one place for its name, is refused."""
    with pytest.raises(Malformed):
        read_message(document)


@pytest.mark.parametrize("empty", ["<Event/>", "<Event></Event>", "<Event><![CDATA[]]></Event>", "<Event> </Event>"])
def test_an_event_may_have_an_empty_name(empty: str) -> None:
    """The platform leaves leaves empty; the rest of the event is read all the same."""
    nodes = read_message(f"<xml><MsgType>event</MsgType>{empty}<EventKey>k</EventKey></xml>".encode())
    assert (nodes.text("Event"), nodes.text("EventKey")) == ("", "k")


def test_a_follower_may_speak_of_markup() -> None:
    """Words that look like a document type are words."""
    document = b"<xml><MsgType>text</MsgType><Content><![CDATA[<!DOCTYPE html> &nbsp; <b>]]></Content></xml>"
    assert read_message(document).text("Content") == "<!DOCTYPE html> &nbsp; <b>"


def test_names_are_found_in_any_case() -> None:
    """The platform writes MsgId and MsgID, openid and OpenID."""
    nodes = Nodes({"MsgID": "1", "openid": "o"})
    assert (nodes.text("MsgId"), nodes.text("OpenID")) == ("1", "o")


def test_an_empty_leaf_is_an_absent_one() -> None:
    """An empty CDATA section and no node at all read the same."""
    nodes = read_nodes(b"<xml><EventKey><![CDATA[]]></EventKey><Event>x</Event></xml>")
    assert nodes.text("EventKey") == nodes.text("Ticket") == ""


@pytest.mark.parametrize("child", [["a", "b"], {"b": "c"}, {"@x": "1", "#text": "a"}, [None, None]])
def test_a_text_is_one_text(child: object) -> None:
    """A repeated leaf, or one with children or attributes, is not read by guessing."""
    with pytest.raises(Malformed):
        Nodes({"A": child}).text("A")


@pytest.mark.parametrize(("text", "number"), [("0", 0), ("-1", -1), ("7250021412600020992", 7250021412600020992)])
def test_whole_numbers_keep_all_their_digits(text: str, number: int) -> None:
    """Ids beyond 2^53 are exact."""
    assert Nodes({"A": text}).integer("A") == number


@pytest.mark.parametrize("text", ["", "x", "1.5", "1_0", "１２", "٣", "+1", "0x1", "9223372036854775808", "9" * 5000])
def test_other_spellings_are_no_whole_number(text: str) -> None:
    """What Python would take for a number, but the platform never writes, is none; so is what 64 bits do not hold."""
    nodes = Nodes({"A": text})
    assert nodes.integer("A", 7) == 7
    with pytest.raises(Malformed):
        nodes.integer("A")


@pytest.mark.parametrize("text", ["", "nan", "inf", "1e9", "1.", ".5", "３.5", "9" * 400])
def test_other_spellings_are_no_decimal(text: str) -> None:
    """Not-a-number and infinities do not travel as coordinates."""
    nodes = Nodes({"A": text})
    assert nodes.decimal("A", 0.5) == 0.5
    with pytest.raises(Malformed):
        nodes.decimal("A")


def test_one_several_and_no_elements_read_alike() -> None:
    """A list of one element, of several or of none is a list."""
    one = read_nodes(b"<xml><W><List><A>1</A></List></W></xml>")
    two = read_nodes(b"<xml><W><List><A>1</A></List><List><A>2</A></List></W></xml>")
    none = read_nodes(b"<xml><W></W><ResultList></ResultList></xml>")
    assert [[item.text("A") for item in n.inner("W").several("List")] for n in (one, two, none)] == [
        ["1"],
        ["1", "2"],
        [],
    ]


def test_a_repeated_wrapper_is_malformed() -> None:
    """Where one element is meant, a second one is not dropped silently."""
    with pytest.raises(Malformed):
        read_nodes(b"<xml><W><A>1</A></W><W><A>2</A></W></xml>").inner("W")


def test_leaves_are_kept_under_their_paths() -> None:
    """Nested and repeated texts each have a name of their own."""
    nodes = read_nodes(b"<xml><A>1</A><B><C>2</C><C>3</C></B><D><E>4</E></D><D><E>5</E></D><F/></xml>")
    assert nodes.leaves() == {"A": "1", "B.C": "2", "B.C.1": "3", "D.E": "4", "D.1.E": "5"}


def test_depth_is_bounded() -> None:
    """A document nested ten thousand deep is read without harm, and only its upper levels are kept."""
    deep = b"<xml><T>t</T>" + b"<a>" * 10_000 + b"words" + b"</a>" * 10_000 + b"</xml>"
    assert read_nodes(deep).leaves() == {"T": "t"}


@READERS
@given(document=st.binary(max_size=200) | st.text(max_size=200).map(lambda text: f"<xml>{text}</xml>".encode()))
def test_any_bytes_are_nodes_or_malformed(read: Callable[[bytes], Nodes], document: bytes) -> None:
    """No bytes raise any other error."""
    with suppress(Malformed):
        assert isinstance(read(document).leaves(), dict)
