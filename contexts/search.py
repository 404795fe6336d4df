"""Finding contexts by what somebody types: their reference, a name by which they are known, or where they are."""

from django.db.models import Q

from core.words import HasWord, typed_words

from .models import ContextName
from .models.contexts import SEARCHED


def named(contexts, text: str):
    """Those of `contexts` where each word of `text` begins some word; none where there is no letter or digit in it."""
    words = typed_words(text)
    if not words:
        return contexts.none()
    for word in words:
        known = ContextName.objects.filter(HasWord(word, "name")).values("context")
        contexts = contexts.filter(Q(HasWord(word, *SEARCHED)) | Q(pk__in=known))
    return contexts
