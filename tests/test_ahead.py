"""Work that is made one item ahead."""

from __future__ import annotations

import threading

import pytest

from auditor.ahead import ahead


def test_items_come_in_order_and_the_next_is_made_meanwhile():
    """While the first is used, the second is made, by another thread; never the one after it."""
    made, second = [], threading.Event()

    def items():
        for item in range(4):
            made.append((item, threading.current_thread()))
            if item == 1:
                second.set()
            yield item

    got = []
    for item in ahead(items()):
        if item == 0:
            assert second.wait(10)
        assert len(made) <= item + 2
        got.append(item)
    assert [0, 1, 2, 3] == got
    assert threading.current_thread() not in {thread for _, thread in made}


def test_what_making_an_item_raises_comes_in_its_place():
    """The items before it are not lost."""

    def items():
        yield "one"
        raise ValueError("no second")

    got = ahead(items())
    assert "one" == next(got)
    with pytest.raises(ValueError, match="no second"):
        next(got)
