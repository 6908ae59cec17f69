"""The sentences themselves. That they are recognised is in tests/e2e."""

from custom_components.ocpp_cs.voice.sentences import SENTENCES, Command, with_names


def test_every_sentence_is_of_charging_or_has_a_name() -> None:
    """A sentence with any words must not take those that are meant for others."""
    assert SENTENCES.keys() == set(Command)
    for sentences in SENTENCES.values():
        for one in sentences:
            words = one.lower()
            assert any(
                each in words for each in ("charg", "lade", "car|", "auto|", "<name>")
            ), one
            if "{" in one:
                assert any(
                    each in words for each in ("charg", "lade", "car|", "auto|")
                ), one


def test_names_in_sentences() -> None:
    sentences = with_names({"ID.4", "go-e (new)", "Zoe", "Zoe 2", " "})
    named = next(one for one in sentences if one.startswith("how full is ("))
    # The longest first; what the recogniser reads as its own sign is left out.
    assert "<name>" not in named
    assert "(go e new|zoe 2|Zoe 2|" in named.replace("Zoe 2|zoe 2", "zoe 2|Zoe 2")
    assert "|ID.4|" in named
    assert "|id 4|" in named
    assert "go-e" not in named
    assert sentences[named] == (Command.FULL, True)
    assert not any("<" in one for one in with_names(()))
    assert not any("()" in one for one in with_names(()))
