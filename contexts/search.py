"""Finding contexts by what somebody types: their reference, a name by which they are known, or where they are."""

import unicodedata

from django.db.models import Q

from core.words import HasWord, typed_words

from .called import Called
from .models import Context, ContextName, LinkedPerson
from .models.contexts import SEARCHED


def named(contexts, text: str, user):
    """Those of `contexts` where each word of `text` begins some word; none where there is no letter or digit in it.

    What the name of a context says of somebody whom `user` may not see does not find it: a search is no question about
    who is linked.
    """
    words = typed_words(text)
    if not words:
        return contexts.none()
    found = contexts
    for word in words:
        known = ContextName.objects.filter(HasWord(word, "name")).values("context")
        found = found.filter(Q(HasWord(word, *SEARCHED)) | Q(pk__in=known))
    if told := _told_by_hidden_names(found, words, user):
        found = found.exclude(pk__in=told)
    return found


def _told_by_hidden_names(found, words: list[str], user) -> list:
    """The ids of those that no longer have each of these words once the hidden names are taken out of theirs."""
    linked = LinkedPerson.objects.filter(context__in=found.order_by().values("pk")).order_by()
    pks = set(linked.values_list("context", flat=True).distinct())
    if not pks:
        return []
    called, texts = Called(user, pks), {}
    for model, key, fields in ((Context, "pk", SEARCHED), (ContextName, "context", ("name",))):
        for pk, *said in model.objects.filter(**{f"{key}__in": pks}).order_by().values_list(key, *fields):
            texts.setdefault(pk, []).extend(said)
    gone = []
    for pk, said in texts.items():
        shown = [called.words(pk, one) for one in said]
        if shown != said and not all(_stands_in(word, shown) for word in words):
            gone.append(pk)
    return gone


def _stands_in(word: str, texts: list[str]) -> bool:
    """Whether the letters and digits of `word` stand in one of the texts."""
    return any(_letters(word) in _letters(text) for text in texts)


def _letters(text: str) -> str:
    return "".join(letter for letter in unicodedata.normalize("NFKD", text.casefold()) if letter.isalnum())
